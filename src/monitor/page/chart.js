// Charts, drawn as SVG, with the same numbers as text.
import { html, t } from './element.js'
import { STATES } from './list.js'
import { localTime } from './time.js'

const SERIES = ['polls', 'replies', 'uploads']
const [WIDTH, HEIGHT] = [600, 120]

const clock = (at) => localTime(at).slice(11, 16)

/** Polls, replies and uploads, minute by minute. */
export function hourChart({ since, minutes }) {
  const sums = Object.fromEntries(
    SERIES.map((name) => [name, minutes.reduce((sum, minute) => sum + minute[name], 0)]),
  )
  const most = Math.max(
    1,
    ...minutes.map((minute) => SERIES.reduce((sum, name) => sum + minute[name], 0)),
  )
  const step = WIDTH / minutes.length
  const bars = minutes.flatMap((minute, index) => {
    let top = HEIGHT
    return SERIES.map((name) => {
      const height = (minute[name] / most) * (HEIGHT - 4)
      top -= height
      return html`<rect class=${name} x=${index * step} y=${top} width=${step - 1.5} height=${height} />`
    })
  })
  return html`
    <section class="chart" aria-labelledby="hour">
      <h2 id="hour">${t('chart.hour')}</h2>
      <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${t('chart.label', sums)}>
        <line class="axis" x1="0" x2=${WIDTH} y1=${HEIGHT} y2=${HEIGHT} />${bars}
      </svg>
      <p class="scale"><span>${clock(minutes[0].at)}</span><span>${clock(minutes.at(-1).at)}</span></p>
      <ul class="legend">
        ${SERIES.map((name) => html`<li><span class=${`key ${name}`}></span>${t(`chart.${name}`)} <b>${sums[name]}</b></li>`)}
      </ul>
      <details>
        <summary>${t('chart.table')}</summary>
        <div class="scroll" tabindex="0" role="group" aria-label=${t('chart.hour')}>
          <table>
            <thead><tr>${['minute', ...SERIES].map((name) => html`<th scope="col">${t(`chart.${name}`)}</th>`)}</tr></thead>
            <tbody>
              ${minutes
                .filter((minute) => SERIES.some((name) => minute[name] > 0))
                .map(
                  (minute) =>
                    html`<tr key=${minute.at}><th scope="row">${clock(minute.at)}</th>${SERIES.map((name) => html`<td>${minute[name]}</td>`)}</tr>`,
                )}
            </tbody>
          </table>
        </div>
      </details>
      <p class="note">${t('chart.hourNote', { time: localTime(since) })}</p>
    </section>
  `
}

/** Commands by state, each with a link to them. */
export function stateChart({ since, counts }) {
  const shown = STATES.filter((state) => counts[state] !== undefined)
  const heights = shown.map((state) => Number.parseInt(counts[state], 10))
  const most = Math.max(1, ...heights)
  return html`
    <section class="chart" aria-labelledby="states">
      <h2 id="states">${t('chart.states')}</h2>
      ${shown.length === 0 && html`<p>${t('chart.none')}</p>`}
      <ul class="bars">
        ${shown.map(
          (state, index) => html`
            <li key=${state}>
              <a href=${`#/commands?since=${since}&state=${state}`}>${t(`state.${state}`)}</a>
              <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class=${state} width=${Math.max(1, (heights[index] / most) * 100)} height="10" />
              </svg>
              <b>${counts[state]}</b>
            </li>
          `,
        )}
      </ul>
      <p class="note">${t('chart.statesNote')}</p>
    </section>
  `
}

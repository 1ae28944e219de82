// The records of the last days, drawn, and as a table.
import { html, t } from './element.js'

const [WIDTH, HEIGHT] = [600, 120]

/** A bar for each day; each day of the table leads to its records. */
export function dayChart(days, link) {
  const heights = days.map(({ count }) => Number.parseInt(count, 10))
  const most = Math.max(1, ...heights)
  const step = WIDTH / days.length
  const [first, last] = [days[0].day, days.at(-1).day]
  return html`
    <section class="chart" aria-labelledby="days">
      <h2 id="days">${t('chart.days')}</h2>
      <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${t('chart.daysLabel', { first, last })}>
        <line class="axis" x1="0" x2=${WIDTH} y1=${HEIGHT} y2=${HEIGHT} />
        ${heights.map((count, index) => {
          const height = (count / most) * (HEIGHT - 4)
          return html`<rect class="replies" key=${days[index].day} x=${index * step + 2} y=${HEIGHT - height} width=${step - 4} height=${height} />`
        })}
      </svg>
      <p class="scale"><span>${first}</span><span>${last}</span></p>
      <details>
        <summary>${t('chart.table')}</summary>
        <div class="scroll" tabindex="0" role="group" aria-label=${t('chart.days')}>
          <table>
            <thead><tr><th scope="col">${t('attendance.day')}</th><th scope="col">${t('column.count')}</th></tr></thead>
            <tbody>
              ${days.map(({ day, count }) => html`<tr key=${day}><th scope="row"><a href=${link({ day })}>${day}</a></th><td>${count}</td></tr>`)}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  `
}

// A panel of the dashboard: lines over time, as SVG.
const [WIDTH, HEIGHT] = [440, 180]
const [LEFT, TOP] = [44, 34]
const COLORS = ['#0b6e99', '#c2410c', '#3f7d20', '#7c3aed', '#a16207']

/** How wide so many panels are beside each other. */
export const widthOf = (count) => count * (WIDTH + 20)

/**
 * @param {string} title
 * @param {Map<string, number[]>} series
 */
export function panel(title, series) {
  const highest = Math.max(...[...series.values()].flat(), 0.001)
  const lines = [...series].map(([name, values], index) => {
    const step = (WIDTH - LEFT) / Math.max(values.length - 1, 1)
    const points = values.map((value, at) => {
      const height = (value / highest) * (HEIGHT - TOP - 40)
      return `${(LEFT + at * step).toFixed(1)},${(HEIGHT - 30 - height).toFixed(1)}`
    })
    const color = COLORS[index % COLORS.length]
    const x = LEFT + (index * (WIDTH - LEFT)) / series.size
    return (
      `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>` +
      `<text x="${x}" y="${HEIGHT - 6}" font-size="11" fill="${color}">${name}</text>`
    )
  })
  return (
    `<svg width="${WIDTH}" height="${HEIGHT}" style="margin:8px" font-family="sans-serif" role="img" aria-label="${title}">` +
    `<text x="0" y="16" font-size="14">${title}</text>` +
    `<text x="0" y="${TOP + 10}" font-size="11">${Number(highest.toPrecision(2))}</text>` +
    `<text x="0" y="${HEIGHT - 28}" font-size="11">0</text>` +
    `<path d="M${LEFT} ${HEIGHT - 30}H${WIDTH}" stroke="#ccc"/>${lines.join('')}</svg>`
  )
}

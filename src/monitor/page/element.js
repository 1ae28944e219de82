// Elements and texts.

import htm from 'htm'
import { h } from 'preact'
import { TEXTS } from './texts.js'

/** Makes elements; whatever is put in is text, never markup. */
export const html = htm.bind(h)

/** A text of the page, with its gaps filled. */
export function t(key, values = {}) {
  const text = TEXTS[key] ?? key
  return text.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap)
}

/** A text of the page, or the value itself if there is none. */
export function word(group, value) {
  return TEXTS[`${group}.${value}`] ?? value
}

/** Text that a terminal sent, in its own writing direction. */
export function said(text) {
  return html`<bdi>${text}</bdi>`
}

/** A serial number or the name of a file, on one line: what has no space for it is in its `title`. */
export function unbroken(text) {
  return html`<span class="unbroken" title=${text}>${said(text)}</span>`
}

/** A table that a narrow screen shows as cards. `columns` are the texts above it, each row a list of cells; `kind` is a class of the whole. */
export function table(label, columns, rows, kind = '') {
  return html`
    <div class=${`table ${kind}`}>
      <table role="table" aria-label=${label}>
        <thead role="rowgroup">
          <tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}</tr>
        </thead>
        <tbody role="rowgroup">
          ${rows.map(
            ({ key, cells }) => html`
              <tr role="row" key=${key}>
                ${cells.map((cell, index) => html`<td role="cell" data-label=${columns[index]}><div>${cell}</div></td>`)}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `
}

/** Names and values. */
export function facts(entries) {
  const known = entries.filter(([, value]) => value !== undefined && value !== '')
  return html`<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** The message of an empty list. */
export function empty(title, next) {
  return html`<div class="empty"><p><strong>${title}</strong></p><p>${next}</p></div>`
}

/** A state in a word; `group` is that of its text. */
export function badge(state, group = 'state') {
  return html`<span class=${`badge ${state}`}>${t(`${group}.${state}`)}</span>`
}

/** A heading, whose longest word is on one line if it can be read so. */
export function heading(title, text = typeof title === 'string' ? title : '') {
  const letters = Math.max(1, ...text.split(/\s+/).map((word) => word.length))
  return html`<h1 tabindex="-1" style=${{ '--letters': letters }}>${title}</h1>`
}

/** A heading of text that a terminal sent. */
export const saidHeading = (text) => heading(said(text), text)

/** Bytes as hexadecimal digits, sixteen a line, each line with its offset and its letters. */
export function hexOf(hex) {
  const lines = []
  for (let at = 0; at < hex.length; at += 32) {
    const pairs = hex.slice(at, at + 32).match(/../g) ?? []
    const letters = pairs.map((pair) => {
      const code = Number.parseInt(pair, 16)
      return code > 31 && code < 127 ? String.fromCharCode(code) : '.'
    })
    const offset = (at / 2).toString(16).padStart(4, '0')
    lines.push(`${offset}  ${pairs.join(' ').padEnd(47)}  ${letters.join('')}`)
  }
  return lines.join('\n')
}

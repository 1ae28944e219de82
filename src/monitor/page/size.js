// Sizes of files, in the language of the page.
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte']

/** `41.2 MB` */
export function sizeOf(bytes) {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1)
  /** @type {Intl.NumberFormatOptions} */
  const shape = {
    ...{ style: 'unit', unit: UNITS[power], maximumFractionDigits: 1 },
    unitDisplay: power === 0 ? 'long' : 'short',
  }
  const format = new Intl.NumberFormat(document.documentElement.lang, shape)
  // Never more than there is.
  return format.format(Math.floor((bytes / 1000 ** power) * 10) / 10)
}

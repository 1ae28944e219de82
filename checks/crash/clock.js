// The clock of an app: the machine's, set ahead or back. It takes the place of Date for all that is
// imported after it.

const RealDate = Date
let ahead = 0

class ShiftedDate extends RealDate {
  /** @param {any[]} args */
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + ahead)
    else super(.../** @type {[number]} */ (args))
  }

  /** @override */
  static now() {
    return RealDate.now() + ahead
  }
}

globalThis.Date = /** @type {DateConstructor} */ (ShiftedDate)

/** @param {number} ms how far ahead of the machine's clock; negative if behind */
export function setClock(ms) {
  ahead = ms
}

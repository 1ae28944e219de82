// What the terminals of a campaign did.

/**
 * @typedef {{ serialNumber: string, commandId: string, number: number, polledAt: number, at: number, starts: [number, number] }} Executed
 * @typedef {{ serialNumber: string, commandId: string, returnCode: number }} Reported
 *
 * @typedef {object} Diary What all terminals did, in order.
 * @property {Executed[]} executed
 * @property {Reported[]} acknowledged
 * @property {{ serialNumber: string, pin: string }[]} uploaded Each punch has a PIN of its own.
 * @property {{ serialNumber: string, pin: string }[]} photos Each photo has one, too.
 * @property {{ serialNumber: string, pin: string }[]} opened Each visitor at a door that opened has one, too.
 * @property {{ serialNumber: string, commandId: string }[]} concluded Queries whose rows were acknowledged, by terminals that send no reply to them.
 * @property {number} powerLosses
 * @property {number} lostAnswers
 * @property {Record<string, number>} refusals
 */

/** @returns {Diary} */
export const newDiary = () => ({
  ...{
    executed: [],
    acknowledged: [],
    uploaded: [],
    photos: [],
    opened: [],
    concluded: [],
    powerLosses: 0,
    lostAnswers: 0,
    refusals: {},
  },
})

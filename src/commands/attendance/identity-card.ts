// Identity cards, on the terminals that read them (`DeviceType=pid`).
import type { BuiltCommand } from '../built.js'
import { build, type TextOptions } from '../line.js'
import { fixed, optional, required, updating } from '../shape.js'
import { CONTENT, freeText, integer, matching, PIN, type Value } from '../value.js'

/** An identity card, as terminals upload it in IDCARD. */
export interface IdentityCard {
  /** `PIN`: the user that the card is bound to; nobody by default. */
  pin?: string
  /** `IDNum`: the number of the person. Never shown in an error. */
  idNumber: string
  /** `SNNum`: the number of the chip. */
  chipNumber?: string
  /** `DNNum`: the number of the card as a document. */
  documentNumber?: string
  /** `Name`: at most 64 bytes in the terminal's encoding, without `=`. */
  name?: string
  /** `Gender`: its code. */
  gender?: number
  /** `Nation`: its code. */
  nation?: number
  /** `Birthday`: `YYYYMMDD`. */
  birthday?: string
  /** `ValidInfo`: the first and the last day, `YYYYMMDDYYYYMMDD`. */
  validity?: string
  /** `Address`: at most 256 bytes in the terminal's encoding, without `=`. */
  address?: string
  /** `AdditionalInfo`: as `address`. */
  additionalInfo?: string
  /** `Issuer`: as `address`. */
  issuer?: string
  /** `Photo`: base64 as it was uploaded, or bytes. Never shown in an error. */
  photo?: string | Uint8Array
  /** `FPTemplate1`: the first finger, as `photo`. */
  template1?: string | Uint8Array
  /** `FPTemplate2`: the second finger, as `photo`. */
  template2?: string | Uint8Array
}

const ID_NUMBER: Value = {
  ...matching(/^[0-9A-Za-z]{1,32}$/, 'a string of 1 to 32 digits and letters'),
  isSecret: true,
}
const NUMBER = matching(/^[0-9A-Za-z]{0,32}$/, 'a string of at most 32 digits and letters')
const PUT_CARD = updating('IDCARD', [
  optional('PIN', 'pin', PIN, '0'),
  optional('SNNum', 'chipNumber', NUMBER, ''),
  required('IDNum', 'idNumber', ID_NUMBER),
  optional('DNNum', 'documentNumber', NUMBER, ''),
  optional('Name', 'name', freeText(), ''),
  optional('Gender', 'gender', integer(0, 9), ''),
  optional('Nation', 'nation', integer(0, 99), ''),
  optional('Birthday', 'birthday', matching(/^\d{8}$/, "a string such as '19900101'"), ''),
  optional('ValidInfo', 'validity', matching(/^\d{16}$/, 'a string of 16 digits'), ''),
  optional('Address', 'address', freeText(256), ''),
  optional('AdditionalInfo', 'additionalInfo', freeText(256), ''),
  optional('Issuer', 'issuer', freeText(256), ''),
  optional('Photo', 'photo', CONTENT, ''),
  optional('FPTemplate1', 'template1', CONTENT, ''),
  optional('FPTemplate2', 'template2', CONTENT, ''),
  fixed('Reserve', ''),
  fixed('Notice', ''),
])

/** Adds or replaces an identity card (`DATA UPDATE IDCARD`). Reply: 0. */
export function putIdentityCard(card: IdentityCard, options?: TextOptions): BuiltCommand {
  return build('attendance.putIdentityCard', PUT_CARD, card, options)
}

/** Blocks an identity card (`DATA UPDATE Blacklist`). Reply: 0. */
export function blockIdentityCard(card: { idNumber: string }): BuiltCommand {
  const shape = updating('Blacklist', [required('IDNum', 'idNumber', ID_NUMBER)])
  return build('attendance.blockIdentityCard', shape, card)
}

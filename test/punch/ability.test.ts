import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type Ability, abilitiesOf } from '../../src/index.js'
import { FUNCTIONS } from '../../src/punch/function.js'
import { optionFacts, pairsOf } from '../../src/terminal/facts.js'
import { tablesOf } from '../support/page.js'

const codes = (abilities: readonly Ability[] | undefined) => abilities?.map(({ code }) => code)
const able = (options: Record<string, string>) => abilitiesOf({ options })

it("The manual's terminal has its functions and its ways of verification in words", () => {
  const file = new URL('../fixtures/uploads.json', import.meta.url)
  const vectors: { name: string; body: string }[] = JSON.parse(readFileSync(file, 'utf8'))
  const body = vectors.find(({ name }) => name === 'registry manual')?.body ?? ''
  const { functions, verifications, events } = abilitiesOf(optionFacts(pairsOf(body)))
  expect(codes(functions)).toEqual(
    [1, 3, 5, 10, 11, 12, 19, 20, 21, 23, 25, 29, 30, 32].map(String),
  )
  expect(functions?.[2]).toEqual({ code: '5', words: 'long names' })
  expect(codes(verifications)).toEqual(Array.from({ length: 15 }, (_, code) => String(code)))
  expect(verifications?.[11]).toEqual({ code: '11', words: 'card + password' })
  expect(events).toBeUndefined()
})

it("The manual's example of events lacks the linked action alone among the first eight", () => {
  const EventTypes = 'BF0FE03D30000100000000070000000000000000000000000077002001000000'
  const { events } = able({ EventTypes })
  expect(codes(events)?.slice(0, 8)).toEqual(['0', '1', '2', '3', '4', '5', '7', '8'])
  expect(events?.at(-1)).toEqual({ code: '224', words: 'doorbell rung' })
  // The manual has no words for them.
  const unknown = events?.filter(({ words }) => words === undefined)
  expect(codes(unknown)).toEqual(['88', '89', '90'])
})

it('The events of a panel are those that a panel has', () => {
  // An inBIO panel.
  const EventTypes = 'FF3FF07FF036018003060000606300000000000000000000007743F07E270080'
  const { events } = able({ EventTypes, VerifyStyles: 'FB1E' })
  expect(events).toContainEqual({ code: '102', words: 'opened by force' })
  expect(events).toContainEqual({ code: '206', words: 'terminal started' })
  expect(events?.at(-1)).toEqual({ code: '255', words: 'door state' })
  expect(events?.filter(({ words }) => words === undefined)).toEqual([])
})

it('The later lists of events begin at 4000, 5000 and 6000', () => {
  const { events } = able({ NewNormalEventTypes: '2B12', NewWarningEventTypes: '01' })
  expect(codes(events)).toEqual(['4000', '4001', '4003', '4005', '4009', '4012', '6000'])
  expect(codes(able({ NewErrorEventTypes: '03' }).events)).toEqual(['5000', '5001'])
})

it("What a terminal can check is numbered from the right, as in the manual's example", () => {
  const { checks } = able({ NewVFStyles: '0000111000011010' })
  expect(checks?.map(({ words }) => words)).toEqual([
    ...['face', 'palm vein', 'finger', 'password', 'user ID', 'card'],
  ])
})

it('The ways to encrypt a QR code are numbered from the left', () => {
  expect(codes(able({ QRCodeDecryptFunList: '101' }).qrCodes)).toEqual(['0', '2'])
})

it('An ability that no manual explains has its number alone', () => {
  const AccSupportFunList = `${'0'.repeat(64)}1`
  expect(able({ AccSupportFunList }).functions).toEqual([{ code: '64' }])
  expect(able({ NewVFStyles: '1000000000000000' }).checks).toEqual([{ code: '15' }])
  expect(able({ NewErrorEventTypes: 'ff'.repeat(125) }).events?.at(-1)).toEqual({ code: '5999' })
})

it.each([
  ['nothing', {}],
  ['blank lists', { AccSupportFunList: '', EventTypes: ' ', NewVFStyles: '' }],
  ['lists in another form', { AccSupportFunList: '012', EventTypes: 'BF0', VerifyStyles: '0x1F' }],
])('A terminal that sent %s has no lists', (_what, options) => {
  expect(able(options)).toEqual({})
})

it.each([null, undefined, {}])('A terminal that is %j has no lists', (terminal) => {
  expect(abilitiesOf(terminal)).toEqual({})
})

it('The letter case of an option makes no difference', () => {
  expect(codes(able({ accsupportfunlist: '01' }).functions)).toEqual(['1'])
})

it("The page's table of functions is the one of the code", () => {
  const rows = tablesOf('docs/models.md').find(({ header }) => header[0] === 'position')?.rows
  expect(rows).toEqual(Object.entries(FUNCTIONS))
})

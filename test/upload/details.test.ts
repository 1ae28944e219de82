import { expect, it } from 'vitest'
import { detailsOf } from '../../src/upload/details.js'

const details = (columns: string) => detailsOf({ rest: ['0', '0', ...columns.split('|')] })

it('The details of a line are its columns 8 to 12 by name', () => {
  expect(details('1|36.7|98.1|+28800|eyJ4IjoxfQ==')).toEqual({
    mask: '1',
    temperature: '36.7',
    convertedTemperature: '98.1',
    timeOffset: 28_800,
    extendData: 'eyJ4IjoxfQ==',
  })
  expect(details('255')).toEqual({ mask: '255' })
  expect(details('|36')).toEqual({ temperature: '36' })
  expect(details('0|0|0|-12600')).toMatchObject({ timeOffset: -12_600 })
})

it.each([
  ['the number of an identity card', '350102199001011234|1'],
  ['a record number', '0|0|0|4711'],
  ['job codes', '1|2|3|4|5|6|1.0|2.0|3.0'],
  ['an impossible offset', '0|0|0|+90000'],
])('A line with %s has no details', (_, columns) => expect(details(columns)).toEqual({}))

it('A line of up to seven columns has no details', () => {
  for (const rest of [[], ['0'], ['0', '0']]) expect(detailsOf({ rest })).toEqual({})
})

// Cases: a terminal is asked to send tables again until they come, and its clock is known.
import type { TerminalFacts } from '../../terminal/storage.js'
import { at, contactOf, knows, type TerminalCase } from './sample.js'

export const RESEND_CASES: readonly TerminalCase[] = [
  {
    name: 'A table is to be sent again until its stamp comes after the handshake that said so',
    otherwise:
      'Records that were asked for never come, or the terminal sends its whole memory at every start.',
    async check({ adapter }) {
      const tell = async (second: number, facts: TerminalFacts, expected: TerminalFacts) => {
        await adapter.onContact(contactOf('A', second, facts))
        const seen = { serialNumber: 'A', firstSeenAt: at(0), lastSeenAt: at(second) }
        await knows(adapter, 'A', { ...seen, ...expected })
      }
      await adapter.onContact(contactOf('B', 0, { resend: { ATTLOG: 'answered' } }))
      await tell(0, { resend: { ATTLOG: 'asked' } }, { resend: { ATTLOG: 'asked' } })
      // One that was on its way before the handshake is none of those asked for.
      const stamps = { ATTLOG: '1', OPERLOG: '2' }
      await tell(1, { stamps }, { stamps, resend: { ATTLOG: 'asked' } })
      const asked = { ATTLOG: 'asked', OPERLOG: 'asked', BIODATA: 'asked' } as const
      await tell(2, { resend: asked }, { stamps, resend: asked })
      const answered = { ATTLOG: 'answered', OPERLOG: 'answered' } as const
      await tell(3, { resend: answered }, { stamps, resend: { ...asked, ...answered } })
      const rest = { OPERLOG: 'answered', BIODATA: 'asked' } as const
      await tell(4, { stamps: { ATTLOG: '1' } }, { stamps, resend: rest })
      await tell(5, { users: 1 }, { users: 1, stamps, resend: rest })
      const both = { ...stamps, OPERLOG: '3', BIODATA: '4' }
      await tell(6, { stamps: both }, { users: 1, stamps: both, resend: { BIODATA: 'asked' } })
      const last = { resend: { BIODATA: 'answered' }, stamps: { ATTLOG: '5' } } as const
      const known = { users: 1, stamps: { ...both, ATTLOG: '5' } }
      await tell(7, last, { ...known, resend: { BIODATA: 'answered' } })
      await tell(8, { stamps: { BIODATA: '4' } }, known)
      const other = { serialNumber: 'B', firstSeenAt: at(0), lastSeenAt: at(0) }
      await knows(adapter, 'B', { ...other, resend: { ATTLOG: 'answered' } })
    },
  },
  {
    name: 'The drift of a clock is stored with its moment, and the latest counts',
    otherwise: 'Hours are paid that nobody worked, and nobody sees which clock is wrong.',
    async check({ adapter }) {
      const seen = { serialNumber: 'A', firstSeenAt: at(0) }
      for (const [index, clockDrift] of [31_622_400, -3600, 0, 2_366_841_600].entries()) {
        const drift = { clockDrift, clockDriftAt: at(index + 0.5) }
        await adapter.onContact(contactOf('A', index, drift))
        await knows(adapter, 'A', { ...seen, lastSeenAt: at(index), ...drift })
      }
      await adapter.onContact(contactOf('A', 9, { users: 1 }))
      const drift = { clockDrift: 2_366_841_600, clockDriftAt: at(3.5) }
      await knows(adapter, 'A', { ...seen, lastSeenAt: at(9), users: 1, ...drift })
    },
  },
]

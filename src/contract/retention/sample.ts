// What the cases on forgetting need of an adapter.
import type { RetentionStorage } from '../../kept.js'
import type { CommandAdapter } from '../command/record.js'
import type { Case, ContractSubject } from '../subject.js'

/** An adapter that forgets. */
export type RetentionAdapter = CommandAdapter & RetentionStorage

/** A subject whose adapter forgets. */
export interface RetentionSubject extends ContractSubject {
  adapter: RetentionAdapter
}

/** A case on forgetting. */
export type RetentionCase = Case<RetentionSubject>

/** Why a case can't be checked that needs commands and uploads as well. */
export function missing({ adapter, lines }: RetentionSubject): string | undefined {
  const calls = ['issue', 'openCommands', 'findSummaries', 'nextNumbers', 'onUpload']
  const lacking = calls.filter((call) => !(call in adapter))
  if (lacking.length > 0) return `the adapter has no ${lacking.join(', no ')}`
  return lines === undefined ? 'the subject has no lines()' : undefined
}

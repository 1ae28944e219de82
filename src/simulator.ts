// A virtual terminal for tests: it speaks over a raw socket like firmware, and reads responses as strictly.
// It shares no code with the endpoints, so it can't repeat their mistakes.
/// <reference types="node" preserve="true" />
export { DeliveryError, type SendOptions } from './simulator/delivery.js'
export {
  type Connection,
  type RecordSender,
  type VirtualDevice,
  virtualDevice,
} from './simulator/device.js'
export type { Exchange, ExchangeOptions } from './simulator/exchange.js'
export {
  type FleetOptions,
  type FleetReply,
  type FleetReport,
  runFleet,
} from './simulator/fleet.js'
export type { Manners } from './simulator/manners.js'
export type { VirtualDeviceOptions } from './simulator/options.js'
export { batch, type RecordWriter, recordWriter } from './simulator/records.js'
export type { Body } from './simulator/request.js'

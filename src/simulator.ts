// A device to test with: it posts over a raw socket as firmware does, and reads the answer as strictly.
// It shares no code with the endpoint, so that it proves it.
/// <reference types="node" preserve="true" />
export {
  type Connection,
  DeliveryError,
  type RecordSender,
  type SendOptions,
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

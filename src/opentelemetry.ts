// Metrics and traces of terminals and their storage, with OpenTelemetry.
export { observeRequests, type RequestTelemetryOptions } from './opentelemetry/requests.js'
export {
  type ObservedStorage,
  observeStorage,
  type StorageTelemetryOptions,
} from './opentelemetry/storage.js'

// Public API of './biometrics' (re-exports only): pure functions, without storage and terminals.
export {
  type Capabilities,
  type CapabilityOptions,
  capabilitiesOf,
  type DescribedTerminal,
  type TypeCapability,
} from './biometrics/capability.js'
export {
  type ConversionFailure,
  type Conversions,
  conversions,
  type PersonRecords,
  type Unconverted,
} from './biometrics/conversion.js'
export {
  type EnrolledRow,
  type EnrollmentOptions,
  enrolledRowsOf,
} from './biometrics/enrollment.js'
export type { BiometricType } from './biometrics/type.js'

// Commands for attendance terminals (PUSH protocol 2.x): the object `attendance`.
export * from './attendance/biometric.js'
export * from './attendance/door.js'
export * from './attendance/enrollment.js'
export * from './attendance/log.js'
export * from './attendance/message.js'
export * from './attendance/photo.js'
export * from './attendance/terminal.js'
export * from './attendance/user.js'

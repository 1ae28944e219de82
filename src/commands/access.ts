// Commands for access control terminals (security PUSH protocol 3.x): the object `access`.
export * from './access/biometric.js'
export * from './access/door.js'
export * from './access/enrollment.js'
export * from './access/photo.js'
export * from './access/row.js'
export * from './access/schedule.js'
export * from './access/terminal.js'
export * from './access/user.js'

// What wipes a terminal or takes it over, apart from the rest so that completion alone never offers it.
export * as access from './dangerous/access.js'
export * as attendance from './dangerous/attendance.js'

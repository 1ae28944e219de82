// What examples/storages/run.js prints, whatever the storage.
export const STORAGES_PRINT = `\
"DATA UPDATE USERINFO PIN=7\\tName=Ada": succeeded (done)
"ENROLL_FP PIN=7\\tFID=1": failed (cancelled)
"SHELL date": succeeded (done, "noon\\n")
`

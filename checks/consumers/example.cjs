// The manual's example of a Command Reply, which has no Content-Type, and what an app must store of it.
const ids = ['info8487', 'info8488', 'info8489', 'info7464', 'fp7464']

exports.example = {
  path: '/iclock/devicecmd?SN=0316144680030',
  body: ids.map((id) => `ID=${id}&Return=0&CMD=DATA`).join('\n'),
  kept: ids.map((commandId) => ({
    serialNumber: '0316144680030',
    commandId,
    returnCode: 0,
    commandName: 'DATA',
    fields: {},
  })),
}

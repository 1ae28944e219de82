// The tables of return codes (PUSH manuals, appendix "return values"), with what terminals were seen
// to send besides.

/** Codes of attendance terminals. */
export const ATTENDANCE: Readonly<Record<number, string>> = {
  [-1]: 'wrong parameter',
  [-2]: 'photo data differ from the stated size',
  [-3]: 'access (read or write) error',
  [-8]: 'storage is full',
  [-9]: 'template differs from the stated size',
  [-10]: 'no user of that PIN on the terminal',
  [-11]: 'illegal template format, or a template too short or too long',
  [-12]: 'illegal template, or a wrong value',
  [-30]: 'template algorithm version differs',
  [-1001]: 'capacity reached, or the photo was refused',
  [-1002]: 'not supported',
  [-1003]: 'execution timed out',
  [-1004]: 'data and configuration disagree',
  [-1005]: 'busy',
  [-1006]: 'data too long',
  [-1007]: 'memory error',
  [-1008]: 'could not fetch data from the server',
}

/** Codes of access terminals. */
export const ACCESS: Readonly<Record<number, string>> = {
  [-1]: 'send failed',
  [-2]: 'no response',
  [-3]: 'buffer too small',
  [-4]: 'decompression failed',
  [-5]: 'wrong length read',
  [-6]: 'decompressed length differs',
  [-7]: 'command repeated',
  [-8]: 'not authorized',
  [-9]: 'CRC error',
  [-10]: 'cannot parse',
  [-11]: 'wrong parameter',
  [-12]: 'execution error',
  [-13]: 'no such command',
  [-14]: 'wrong password',
  [-15]: 'could not write the file',
  [-16]: 'could not read the file',
  [-17]: 'no such file',
  [-18]: 'no space left',
  [-19]: 'checksum error',
  [-20]: 'length received differs',
  [-21]: 'platform not set',
  [-22]: 'firmware is for another platform',
  [-23]: 'firmware is older than the present one',
  [-24]: 'error in the upgrade file',
  [-25]: 'not a firmware file',
  [-26]: 'empty template',
  [-27]: 'no such PIN for the template',
  [-28]: 'door is in its normally-open period',
  [-30]: 'template algorithm version differs',
  [-100]: 'no such table',
  [-101]: 'no such condition field',
  [-102]: 'number of fields differs',
  [-103]: 'order of fields differs',
  [-104]: 'event data error',
  [-105]: 'parse error',
  [-106]: 'data over 4 MB',
  [-107]: 'table could not be read',
  [-108]: 'invalid option',
  [-201]: 'library error',
  [-202]: 'interface error',
  [-203]: 'port error',
  [-206]: 'serial agent error',
  [-301]: 'TCP/IP version error',
  [-603]: 'invalid handle',
  [-604]: 'memory error',
  [-609]: 'invalid handle',
  [-612]: 'could not save the parameter',
  [-614]: 'could not cancel the alarm',
  [-615]: 'could not restart',
  [-616]: 'could not set normally open',
  [-618]: 'URL error',
  [-619]: 'null parameter',
  [-620]: 'server data error',
  [-621]: 'field not supported',
  [-628]: 'could not load the template',
  [-629]: 'wrong table name',
  [-630]: 'shell command failed',
  [-631]: 'base64 length error',
  [-632]: 'file name error',
  [-708]: 'firmware lacks the command',
  [-709]: 'could not upload options',
  [-720]: 'upgrade failed',
  [-721]: 'download failed',
  [-722]: 'upload failed',
  [-725]: 'timed out',
  [-726]: 'server error',
  [-728]: 'could not upload the count',
  [-730]: 'no answer from the server',
  [-731]: 'server receive error',
  [-801]: 'command format error',
}

/** Codes of commands that enroll a finger, a face or a palm. */
export const ENROLLMENT: Readonly<Record<number, string>> = {
  2: 'already enrolled for this user',
  4: 'bad quality, or the scans differ',
  5: "duplicate of another user's",
  6: 'cancelled',
  7: 'busy',
}
/** Codes of commands that enroll a card. */
export const CARD_ENROLLMENT: Readonly<Record<number, string>> = {
  ...ENROLLMENT,
  5: 'timed out',
}
/**
 * Why an attendance terminal refused to enroll. The manual of 2008 prints -2 where later ones have
 * 2; time clocks also send it if there is no such user.
 */
export const NO_ENROLLMENT: Readonly<Record<number, string>> = {
  [-2]: 'already enrolled for this user, or no such user',
  [-3]: 'that finger is already enrolled',
}

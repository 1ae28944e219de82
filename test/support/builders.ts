// Every builder of ./commands with one call and the line it writes: literal, so that no code of
// src/ can explain itself.
import { access, attendance, type BuiltCommand, dangerous } from 'express-iclock/commands'

/** One call of a builder. */
export interface Sample {
  name: string
  build(members: never): BuiltCommand
  members: Record<string, unknown>
  /** The line, with ⇥ for TAB. */
  text: string
  /** The member that each field comes from, in the order of the line; - for a fixed one. */
  from?: string
  /** Members that are not written as they are given. */
  rewritten?: string
  /** Keys that firmware reads in this command though the sample does not write them. */
  unsent?: string
  between?: string
  /** For lines that aren't a list of fields: whether the text is right for these members. */
  check?(text: string, members: Record<string, unknown>): boolean
}

const TMP = 'U29tZSBieXRlcw=='
const JPEG = Buffer.from('Some bytes')
const PERIOD = { from: '2026-03-01 00:00:00', to: '2026-03-31 23:59:59' }
const PERIOD_TEXT = 'StartTime=2026-03-01 00:00:00⇥EndTime=2026-03-31 23:59:59'
const BIODATA = { pin: '7', type: 9, majorVersion: 58, minorVersion: 1, template: TMP }
const BIODATA_TEXT =
  'Pin=7⇥No=0⇥Index=0⇥Valid=1⇥Duress=0⇥Type=9⇥MajorVer=58⇥MinorVer=1⇥Format=0⇥Tmp=U29tZSBieXRlcw=='
const BIODATA_FROM = 'pin no index isValid isDuress type majorVersion minorVersion format template'
const pin = { pin: '7' }
const door = { door: 1 }

const sample = (
  name: string,
  build: (members: never) => BuiltCommand,
  members: Record<string, unknown>,
  text: string,
  rest: Omit<Sample, 'name' | 'build' | 'members' | 'text'> = {},
): Sample => ({ name, build, members, text, ...rest })

const matches = (pattern: RegExp) => ({ check: (text: string) => pattern.test(text) })
const control = matches(/^CONTROL DEVICE 0[1246](0[0-9A-F]|10)(0[01])([0-9A-F]{2})$/)
const names = matches(/^GET OPTIONS?( FROM)? [~-]?[A-Za-z]\w*(,[~-]?[A-Za-z]\w*)*$/)

/** For lines whose keys are the caller's: each key once, in its place, with its value. */
const row = (head: string) => ({
  check(text: string, { table, fields }: Record<string, unknown>) {
    const given = Object.entries(fields as Record<string, unknown>)
    const line = text.toLowerCase()
    return (
      text.split('\t').length === given.length &&
      /^[A-Za-z]\w*$/.test(String(table)) &&
      text.startsWith(`${head} ${table} ${given[0]?.[0]}=`) &&
      given.every(([key]) => {
        const first = line.indexOf(`${key.toLowerCase()}=`)
        return /^[A-Za-z]\w*$/.test(key) && /[ \t]/.test(line.charAt(first - 1))
      })
    )
  },
})

const WEEK = {
  sunday: ['00:00', '00:00'],
  monday: ['08:00', '17:30'],
  tuesday: ['08:00', '17:30'],
  wednesday: ['08:00', '17:30'],
  thursday: ['08:00', '17:30'],
  friday: ['08:00', '12:00'],
  saturday: ['00:00', '23:59'],
}

export const ATTENDANCE: Sample[] = [
  sample(
    'putUser',
    attendance.putUser,
    { pin: '7', name: 'Ada' },
    'DATA UPDATE USERINFO PIN=7⇥Name=Ada',
    {
      from: 'pin name',
      unsent: 'Pri Passwd Card Grp TZ Verify ViceCard StartDatetime EndDatetime Expires',
    },
  ),
  sample(
    'putUser',
    attendance.putUser,
    {
      ...{ pin: 'A_007', name: 'Ada Lovelace', privilege: 'superAdministrator', password: '1234' },
      ...{ card: '[15CD5B07]', group: 1, timeZones: '0001000200000000', verification: -1 },
      ...{ viceCard: '42', validFrom: '2026-03-01 08:00:00', validUntil: '2027-02-28 23:59:59' },
    },
    'DATA UPDATE USERINFO PIN=A_007⇥Name=Ada Lovelace⇥Pri=14⇥Passwd=1234⇥Card=[15CD5B07]⇥Grp=1⇥TZ=0001000200000000⇥' +
      'Verify=-1⇥ViceCard=42⇥StartDatetime=2026-03-01T08:00:00⇥EndDatetime=2027-02-28T23:59:59⇥Expires=1',
    {
      from: 'pin name privilege password card group timeZones verification viceCard validFrom validUntil validUntil',
      rewritten: 'privilege validFrom validUntil',
    },
  ),
  sample('deleteUser', attendance.deleteUser, pin, 'DATA DELETE USERINFO PIN=7', { from: 'pin' }),
  sample('queryUser', attendance.queryUser, pin, 'DATA QUERY USERINFO PIN=7', { from: 'pin' }),
  sample('queryUsers', attendance.queryUsers, {}, 'DATA QUERY USERINFO'),
  sample(
    'putFingerprint',
    attendance.putFingerprint,
    { pin: '7', finger: 6, isDuress: true, template: TMP },
    'DATA UPDATE FINGERTMP PIN=7⇥FID=6⇥Size=16⇥Valid=3⇥TMP=U29tZSBieXRlcw==',
    { from: 'pin finger template isDuress template' },
  ),
  sample(
    'deleteFingerprints',
    attendance.deleteFingerprints,
    { pin: '7', finger: 0 },
    'DATA DELETE FINGERTMP PIN=7⇥FID=0',
    {
      from: 'pin finger',
    },
  ),
  sample(
    'queryFingerprints',
    attendance.queryFingerprints,
    { pin: '7', finger: 0 },
    'DATA QUERY FINGERTMP PIN=7⇥FingerID=0',
    {
      from: 'pin finger',
    },
  ),
  sample(
    'putFace',
    attendance.putFace,
    { pin: '7', piece: 11, template: TMP },
    'DATA UPDATE FACE PIN=7⇥FID=11⇥SIZE=16⇥VALID=1⇥TMP=U29tZSBieXRlcw==',
    { from: 'pin piece template - template' },
  ),
  sample('deleteFace', attendance.deleteFace, pin, 'DATA DELETE FACE PIN=7', { from: 'pin' }),
  sample(
    'putFingerVein',
    attendance.putFingerVein,
    { pin: '7', finger: 1, index: 2, template: TMP },
    'DATA UPDATE FVEIN Pin=7⇥FID=1⇥Index=2⇥Size=16⇥Valid=1⇥Tmp=U29tZSBieXRlcw==',
    { from: 'pin finger index template - template' },
  ),
  sample(
    'deleteFingerVeins',
    attendance.deleteFingerVeins,
    { pin: '7', finger: 1 },
    'DATA DELETE FVEIN Pin=7⇥FID=1',
    {
      from: 'pin finger',
    },
  ),
  sample('putBiodata', attendance.putBiodata, BIODATA, `DATA UPDATE BIODATA ${BIODATA_TEXT}`, {
    from: BIODATA_FROM,
  }),
  sample(
    'deleteBiodata',
    attendance.deleteBiodata,
    { pin: '7', type: 1, no: 3 },
    'DATA DELETE BIODATA Pin=7⇥Type=1⇥No=3',
    {
      from: 'pin type no',
    },
  ),
  sample(
    'queryBiodata',
    attendance.queryBiodata,
    { pin: '7', type: 1, no: 3 },
    'DATA QUERY BIODATA Type=1⇥PIN=7⇥No=3',
    {
      from: 'type pin no',
    },
  ),
  sample(
    'putUserPhoto',
    attendance.putUserPhoto,
    { pin: '7', content: JPEG },
    'DATA UPDATE USERPIC PIN=7⇥Size=16⇥Content=U29tZSBieXRlcw==',
    {
      from: 'pin content content',
      unsent: 'Format Url',
    },
  ),
  sample(
    'putUserPhoto',
    attendance.putUserPhoto,
    { pin: '7', url: 'photo/7.jpg?a=1' },
    'DATA UPDATE USERPIC PIN=7⇥Format=1⇥Url=photo/7.jpg?a=1',
    {
      from: 'pin - url',
      unsent: 'Size Content',
    },
  ),
  sample('deleteUserPhoto', attendance.deleteUserPhoto, pin, 'DATA DELETE USERPIC PIN=7', {
    from: 'pin',
  }),
  sample(
    'putFacePhoto',
    attendance.putFacePhoto,
    { pin: '7', content: TMP, returnsTemplate: true },
    'DATA UPDATE BIOPHOTO PIN=7⇥Type=9⇥Size=16⇥Content=U29tZSBieXRlcw==⇥Format=0⇥Url=⇥PostBackTmpFlag=1',
    { from: 'pin type content content - - returnsTemplate' },
  ),
  sample(
    'putFacePhoto',
    attendance.putFacePhoto,
    { pin: '7', type: 9, url: 'photo/7.jpg' },
    'DATA UPDATE BIOPHOTO PIN=7⇥Type=9⇥Size=0⇥Content=⇥Format=1⇥Url=photo/7.jpg⇥PostBackTmpFlag=0',
    { from: 'pin type - - - url returnsTemplate' },
  ),
  sample(
    'deleteFacePhoto',
    attendance.deleteFacePhoto,
    { pin: '7', type: 9 },
    'DATA DELETE BIOPHOTO PIN=7⇥Type=9',
    {
      from: 'pin type',
    },
  ),
  sample(
    'putAdvertisement',
    attendance.putAdvertisement,
    { index: 1, extension: 'jpg', content: JPEG },
    'DATA UPDATE ADPIC Index=1⇥Size=16⇥Extension=jpg⇥Content=U29tZSBieXRlcw==',
    { from: 'index content extension content' },
  ),
  sample(
    'deleteAdvertisement',
    attendance.deleteAdvertisement,
    { index: 1 },
    'DATA DELETE ADPIC Index=1',
    {
      from: 'index',
    },
  ),
  sample(
    'enrollFingerprint',
    attendance.enrollFingerprint,
    { pin: '7', finger: 6, retries: 2, overwrite: true },
    'ENROLL_FP PIN=7⇥FID=6⇥RETRY=2⇥OVERWRITE=1',
    { from: 'pin finger retries overwrite' },
  ),
  sample('enrollCard', attendance.enrollCard, pin, 'ENROLL_MF PIN=7⇥RETRY=3', {
    from: 'pin retries',
  }),
  sample(
    'enrollBiodata',
    attendance.enrollBiodata,
    { pin: '7', type: 9 },
    'ENROLL_BIO TYPE=9⇥PIN=7⇥CardNo=⇥RETRY=3⇥OVERWRITE=0',
    { from: 'type pin card retries overwrite' },
  ),
  sample(
    'queryAttendance',
    attendance.queryAttendance,
    PERIOD,
    `DATA QUERY ATTLOG ${PERIOD_TEXT}`,
    {
      from: 'from to',
    },
  ),
  sample(
    'queryAttendancePhotos',
    attendance.queryAttendancePhotos,
    PERIOD,
    `DATA QUERY ATTPHOTO ${PERIOD_TEXT}`,
    {
      from: 'from to',
    },
  ),
  sample(
    'countAttendance',
    attendance.countAttendance,
    PERIOD,
    `VERIFY SUM ATTLOG ${PERIOD_TEXT}`,
    {
      from: 'from to',
    },
  ),
  sample(
    'putMessage',
    attendance.putMessage,
    {
      id: 3,
      text: 'Fire drill at 3 p.m.',
      audience: 'everyone',
      minutes: 60,
      from: '2026-03-01 14:00:00',
    },
    'DATA UPDATE SMS MSG=Fire drill at 3 p.m.⇥TAG=253⇥UID=3⇥MIN=60⇥StartTime=2026-03-01 14:00:00',
    { from: 'text audience id minutes from', rewritten: 'audience' },
  ),
  sample(
    'assignMessage',
    attendance.assignMessage,
    { pin: '7', id: 3 },
    'DATA UPDATE USER_SMS PIN=7⇥UID=3',
    {
      from: 'pin id',
    },
  ),
  sample('deleteMessage', attendance.deleteMessage, { id: 3 }, 'DATA DELETE SMS UID=3', {
    from: 'id',
  }),
  sample(
    'putWorkCode',
    attendance.putWorkCode,
    { index: 1, code: '101', name: 'Night' },
    'DATA UPDATE WORKCODE PIN=1⇥CODE=101⇥NAME=Night',
    {
      from: 'index code name',
    },
  ),
  sample(
    'deleteWorkCode',
    attendance.deleteWorkCode,
    { code: '101' },
    'DATA DELETE WORKCODE CODE=101',
    {
      from: 'code',
    },
  ),
  sample(
    'putIdentityCard',
    attendance.putIdentityCard,
    { idNumber: '310099199001010011' },
    'DATA UPDATE IDCARD PIN=0⇥SNNum=⇥IDNum=310099199001010011⇥DNNum=⇥Name=⇥Gender=⇥Nation=⇥Birthday=⇥ValidInfo=⇥Address=⇥' +
      'AdditionalInfo=⇥Issuer=⇥Photo=⇥FPTemplate1=⇥FPTemplate2=⇥Reserve=⇥Notice=',
    { from: '- - idNumber - - - - - - - - - - - - - -' },
  ),
  sample(
    'putIdentityCard',
    attendance.putIdentityCard,
    {
      ...{ pin: '2', chipNumber: '9999999946008899', idNumber: '310099199001010011' },
      ...{ documentNumber: '7', name: 'Zhang San', gender: 1, nation: 1, birthday: '19900101' },
      ...{ validity: '2017091520270915', address: 'Some Road 1', additionalInfo: 'none' },
      ...{ issuer: 'Some Office', photo: TMP, template1: TMP, template2: JPEG },
    },
    'DATA UPDATE IDCARD PIN=2⇥SNNum=9999999946008899⇥IDNum=310099199001010011⇥DNNum=7⇥Name=Zhang San⇥Gender=1⇥Nation=1⇥' +
      'Birthday=19900101⇥ValidInfo=2017091520270915⇥Address=Some Road 1⇥AdditionalInfo=none⇥Issuer=Some Office⇥' +
      'Photo=U29tZSBieXRlcw==⇥FPTemplate1=U29tZSBieXRlcw==⇥FPTemplate2=U29tZSBieXRlcw==⇥Reserve=⇥Notice=',
    {
      from: 'pin chipNumber idNumber documentNumber name gender nation birthday validity address additionalInfo issuer photo template1 template2 - -',
    },
  ),
  sample(
    'blockIdentityCard',
    attendance.blockIdentityCard,
    { idNumber: '310099199001010011' },
    'DATA UPDATE Blacklist IDNum=310099199001010011',
    { from: 'idNumber' },
  ),
  sample(
    'putRow',
    attendance.putRow,
    { table: 'ShortcutKey', fields: { KeyID: 1, Name: 'Night shift', Picture: JPEG } },
    'DATA UPDATE ShortcutKey KeyID=1⇥Name=Night shift⇥Picture=U29tZSBieXRlcw==',
    row('DATA UPDATE'),
  ),
  sample(
    'setClock',
    attendance.setClock,
    { time: '2018-02-22 06:36:30' },
    'SET OPTION DateTime=583050990',
    { from: 'time', rewritten: 'time' },
  ),
  sample('openDoor', attendance.openDoor, {}, 'AC_UNLOCK'),
  sample('cancelAlarm', attendance.cancelAlarm, {}, 'AC_UNALARM'),
  sample(
    'putTimeZone',
    attendance.putTimeZone,
    { id: 2, ...WEEK },
    'DATA UPDATE AccTimeZone UID=2⇥SunStart=0000⇥SunEnd=0000⇥MonStart=0800⇥MonEnd=1730⇥TuesStart=0800⇥TuesEnd=1730⇥' +
      'WedStart=0800⇥WedEnd=1730⇥ThursStart=0800⇥ThursEnd=1730⇥FriStart=0800⇥FriEnd=1200⇥SatStart=0000⇥SatEnd=2359',
    {
      from: 'id sunday sunday monday monday tuesday tuesday wednesday wednesday thursday thursday friday friday saturday saturday',
    },
  ),
  sample(
    'putGroup',
    attendance.putGroup,
    { id: 2, timeZones: [1] },
    'DATA UPDATE AccGroup ID=2⇥Verify=0⇥ValidHoliday=0⇥TZ=1;0;0',
    {
      from: 'id verification observesHolidays timeZones',
    },
  ),
  sample(
    'putHoliday',
    attendance.putHoliday,
    { id: 1, name: 'Christmas', from: '2026-12-24', to: '2026-12-26', timeZone: 2 },
    'DATA UPDATE AccHoliday UID=1⇥HolidayName=Christmas⇥StartDate=1224⇥EndDate=1226⇥TimeZone=2',
    { from: 'id name from to timeZone', rewritten: 'from to' },
  ),
  sample(
    'putUnlockCombination',
    attendance.putUnlockCombination,
    { id: 1, groups: [1, 3] },
    'DATA UPDATE AccUnLockComb UID=1⇥Group1=1⇥Group2=3⇥Group3=0⇥Group4=0⇥Group5=0',
    { from: 'id groups groups groups groups groups' },
  ),
  sample(
    'setOption',
    attendance.setOption,
    { name: 'Volume', value: '60' },
    'SET OPTION Volume=60',
    {
      check: (text, { name, value }) =>
        text === `SET OPTION ${name}=${value}` && !/[=\p{Cc}]/u.test(String(name)),
    },
  ),
  sample(
    'getOptions',
    ({ names }: { names: string[] }) => attendance.getOptions(names),
    { names: ['~OS', 'FPVersion'] },
    'GET OPTION FROM ~OS,FPVersion',
    names,
  ),
  sample('reloadOptions', attendance.reloadOptions, {}, 'RELOAD OPTIONS'),
  sample('info', attendance.info, {}, 'INFO'),
  sample('check', attendance.check, {}, 'CHECK'),
  sample('uploadNew', attendance.uploadNew, {}, 'LOG'),
  sample('reboot', attendance.reboot, {}, 'REBOOT'),
  sample(
    'getFile',
    attendance.getFile,
    { path: '/mnt/mtdblock/options.cfg' },
    'GetFile /mnt/mtdblock/options.cfg',
    {
      check: (text, { path }) => text === `GetFile ${path}` && !/\s/.test(String(path)),
    },
  ),
]

export const ACCESS: Sample[] = [
  sample('putUser', access.putUser, { pin: '7', name: 'Ada' }, 'DATA UPDATE user Pin=7⇥Name=Ada', {
    from: 'pin name',
    unsent:
      'CardNo Password Group StartTime EndTime Privilege CardBit SiteCode SuperAuthorize Disable',
  }),
  sample(
    'putUser',
    access.putUser,
    {
      ...{ pin: '7', card: '123456789', password: '234', group: 1, validFrom: '2026-12-25' },
      ...{ validUntil: '2026-12-25 08:00:00', name: 'Ada', privilege: 'user' },
      ...{ cardBits: 26, siteCode: 101 },
    },
    'DATA UPDATE user CardNo=123456789⇥Pin=7⇥Password=234⇥Group=1⇥StartTime=20261225⇥EndTime=867225600⇥Name=Ada⇥' +
      'Privilege=0⇥CardBit=26⇥SiteCode=101',
    {
      from: 'card pin password group validFrom validUntil name privilege cardBits siteCode',
      rewritten: 'validFrom validUntil privilege',
    },
  ),
  sample('deleteUser', access.deleteUser, pin, 'DATA DELETE user Pin=7', { from: 'pin' }),
  sample(
    'authorize',
    access.authorize,
    { pin: '7', timeZone: 1, doors: [1, 2, 4] },
    'DATA UPDATE userauthorize Pin=7⇥AuthorizeTimezoneId=1⇥AuthorizeDoorId=11',
    { from: 'pin timeZone doors' },
  ),
  sample(
    'deleteAuthorizations',
    access.deleteAuthorizations,
    pin,
    'DATA DELETE userauthorize Pin=7',
    {
      from: 'pin',
    },
  ),
  sample(
    'putCard',
    access.putCard,
    { pin: '7', card: 'CC9932DD' },
    'DATA UPDATE mulcarduser Pin=7⇥CardNo=CC9932DD⇥LossCardFlag=0⇥CardType=0',
    {
      from: 'pin card isLost isSecondary',
    },
  ),
  sample('deleteCards', access.deleteCards, pin, 'DATA DELETE mulcarduser Pin=7', { from: 'pin' }),
  sample(
    'putFingerprint',
    access.putFingerprint,
    { pin: '7', finger: 6, template: TMP },
    'DATA UPDATE templatev10 Pin=7⇥FingerID=6⇥Valid=1⇥Template=U29tZSBieXRlcw==',
    { from: 'pin finger isDuress template' },
  ),
  sample(
    'deleteFingerprints',
    access.deleteFingerprints,
    { pin: '7', finger: 6 },
    'DATA DELETE templatev10 Pin=7⇥FingerID=6',
    {
      from: 'pin finger',
    },
  ),
  sample('putBiodata', access.putBiodata, BIODATA, `DATA UPDATE biodata ${BIODATA_TEXT}`, {
    from: BIODATA_FROM,
  }),
  sample(
    'deleteBiodata',
    access.deleteBiodata,
    { pin: '7', type: 9, no: 0 },
    'DATA DELETE biodata Type=9⇥Pin=7⇥No=0',
    {
      from: 'type pin no',
    },
  ),
  sample(
    'putUserPhoto',
    access.putUserPhoto,
    { pin: '7', content: JPEG },
    'DATA UPDATE userpic pin=7⇥size=16⇥format=0⇥url=⇥content=U29tZSBieXRlcw==',
    { from: 'pin content - - content' },
  ),
  sample(
    'putUserPhoto',
    access.putUserPhoto,
    { pin: '7', url: 'photo/7.jpg' },
    'DATA UPDATE userpic pin=7⇥size=0⇥format=1⇥url=photo/7.jpg⇥content=',
    { from: 'pin - - url -' },
  ),
  sample('deleteUserPhoto', access.deleteUserPhoto, pin, 'DATA DELETE userpic pin=7', {
    from: 'pin',
  }),
  sample(
    'putFacePhoto',
    access.putFacePhoto,
    { pin: '7', content: TMP },
    'DATA UPDATE biophoto PIN=7⇥Type=9⇥Size=16⇥Content=U29tZSBieXRlcw==⇥Format=0⇥Url=⇥PostBackTmpFlag=0',
    { from: 'pin type content content - - returnsTemplate' },
  ),
  sample('deleteFacePhoto', access.deleteFacePhoto, pin, 'DATA DELETE biophoto PIN=7', {
    from: 'pin',
  }),
  sample(
    'putTimeZone',
    access.putTimeZone,
    {
      id: 2,
      monday: [
        ['00:01', '00:03'],
        ['10:00', '11:00'],
      ],
      tuesday: [['08:30', '12:00']],
      holiday3: [['00:00', '23:59']],
    },
    'DATA UPDATE timezone TimezoneId=2⇥SunTime1=0⇥SunTime2=0⇥SunTime3=0⇥MonTime1=65539⇥MonTime2=65537100⇥MonTime3=0⇥' +
      'TueTime1=54396080⇥TueTime2=0⇥TueTime3=0⇥WedTime1=0⇥WedTime2=0⇥WedTime3=0⇥ThuTime1=0⇥ThuTime2=0⇥ThuTime3=0⇥' +
      'FriTime1=0⇥FriTime2=0⇥FriTime3=0⇥SatTime1=0⇥SatTime2=0⇥SatTime3=0⇥Hol1Time1=0⇥Hol1Time2=0⇥Hol1Time3=0⇥' +
      'Hol2Time1=0⇥Hol2Time2=0⇥Hol2Time3=0⇥Hol3Time1=2359⇥Hol3Time2=0⇥Hol3Time3=0',
    {
      from: `id ${'sunday monday tuesday wednesday thursday friday saturday holiday1 holiday2 holiday3'.replace(/\S+/g, '$& $& $&')}`,
    },
  ),
  sample('deleteTimeZone', access.deleteTimeZone, { id: 2 }, 'DATA DELETE timezone TimezoneId=2', {
    from: 'id',
  }),
  sample(
    'putHoliday',
    access.putHoliday,
    { date: '2026-12-25', type: 1, everyYear: true },
    'DATA UPDATE holiday Holiday=20261225⇥HolidayType=1⇥Loop=1',
    { from: 'date type everyYear', rewritten: 'date' },
  ),
  sample(
    'deleteHoliday',
    access.deleteHoliday,
    { date: '2026-12-25' },
    'DATA DELETE holiday Holiday=20261225',
    {
      from: 'date',
      rewritten: 'date',
    },
  ),
  sample('enrollCard', access.enrollCard, pin, 'ENROLL_INFO TYPE=0⇥PIN=7⇥RETRY=3⇥MODE=1', {
    from: '- pin retries keeps',
  }),
  sample(
    'enrollBiodata',
    access.enrollBiodata,
    { type: 9, pin: '1', retries: 3, overwrite: true },
    'ENROLL_BIO TYPE=9⇥NO=0⇥PIN=1⇥RETRY=3⇥OVERWRITE=1⇥MODE=1',
    { from: 'type no pin retries overwrite keeps' },
  ),
  sample('openDoor', access.openDoor, { door: 1, seconds: 5 }, 'CONTROL DEVICE 01010105', control),
  sample(
    'openDoor',
    access.openDoor,
    { door: 'all', seconds: 254 },
    'CONTROL DEVICE 010001FE',
    control,
  ),
  sample('holdDoorOpen', access.holdDoorOpen, door, 'CONTROL DEVICE 010101FF', control),
  sample('closeDoor', access.closeDoor, door, 'CONTROL DEVICE 01010100', control),
  sample('cancelAlarm', access.cancelAlarm, door, 'CONTROL DEVICE 02010000', control),
  sample('enableNormallyOpen', access.enableNormallyOpen, door, 'CONTROL DEVICE 04010100', control),
  sample(
    'disableNormallyOpen',
    access.disableNormallyOpen,
    door,
    'CONTROL DEVICE 04010000',
    control,
  ),
  sample('lockDoor', access.lockDoor, { door: 16 }, 'CONTROL DEVICE 06100100', control),
  sample('unlockDoor', access.unlockDoor, door, 'CONTROL DEVICE 06010000', control),
  sample(
    'query',
    access.query,
    { table: 'transaction', type: 9, pin: '7', ...PERIOD },
    'DATA QUERY tablename=transaction,fielddesc=*,filter=Type=9⇥Pin=7⇥starttime=2026-03-01 00:00:00⇥endtime=2026-03-31 23:59:59',
    matches(
      /^DATA QUERY tablename=[A-Za-z]+(10)?,fielddesc=\*,filter=(\*|(Type=\d+)?(\t?Pin=\w+)?(\t?starttime=[-\d: ]{19})?(\t?endtime=[-\d: ]{19})?)$/,
    ),
  ),
  sample(
    'queryNewEvents',
    access.queryNewEvents,
    {},
    'DATA QUERY tablename=transaction,fielddesc=*,filter=NewRecord',
  ),
  sample(
    'count',
    access.count,
    { table: 'biodata', type: 9 },
    'DATA COUNT biodata Type=9',
    matches(/^DATA COUNT [A-Za-z]+(10)?( Type=\d+)?$/),
  ),
  sample(
    'setOptions',
    access.setOptions,
    { Door1Drivetime: '5', Door1Detectortime: '15' },
    'SET OPTIONS Door1Drivetime=5,Door1Detectortime=15',
    {
      check: (text, members) =>
        text ===
          `SET OPTIONS ${Object.entries(members).map(([name, value]) => `${name}=${value}`)}` &&
        Object.entries(members).every(([name, value]) => {
          const line = text.toLowerCase()
          const first = line.indexOf(`${name.toLowerCase()}=`)
          return (
            /^[A-Za-z]\w*$/.test(name) &&
            !String(value).includes(',') &&
            /[ ,]/.test(line.charAt(first - 1))
          )
        }),
    },
  ),
  sample(
    'setBackgroundVerification',
    access.setBackgroundVerification,
    { enabled: true },
    'SET OPTIONS AutoServerFunOn=1,AutoServerMode=1',
    matches(/^SET OPTIONS AutoServerFunOn=([01]),AutoServerMode=\1$/),
  ),
  sample(
    'getOptions',
    ({ names }: { names: string[] }) => access.getOptions(names),
    { names: ['~SerialNumber', 'FirmVer'] },
    'GET OPTIONS ~SerialNumber,FirmVer',
    names,
  ),
  sample(
    'setClock',
    access.setClock,
    { time: '2018-02-22 06:36:30' },
    'SET OPTIONS DateTime=583050990',
    {
      from: 'time',
      rewritten: 'time',
    },
  ),
  sample('auditEvents', access.auditEvents, PERIOD, `ACCOUNT transaction ${PERIOD_TEXT}`, {
    from: 'from to',
  }),
  sample('queryBattery', access.queryBattery, {}, 'CONTROL DEVICE 05000000'),
  sample(
    'putRow',
    access.putRow,
    { table: 'DoorParameters', fields: { Number: 1, Value: '0' } },
    'DATA UPDATE DoorParameters Number=1⇥Value=0',
    row('DATA UPDATE'),
  ),
  sample('reboot', access.reboot, {}, 'CONTROL DEVICE 03000000'),
]

export const DANGEROUS_ATTENDANCE: Sample[] = [
  sample('shell', dangerous.attendance.shell, { command: 'ls -l /mnt' }, 'SHELL ls -l /mnt', {
    check: (text, { command }) => text === `SHELL ${command}`,
  }),
  sample(
    'putFile',
    dangerous.attendance.putFile,
    { url: 'file/a.tgz', path: '/mnt/mtdblock/' },
    'PutFile file/a.tgz⇥/mnt/mtdblock/',
    {
      check: (text, { url, path }) =>
        text === `PutFile ${url}\t${path}` && !/Action=|TableName=|RecordCount=/i.test(text),
    },
  ),
  sample(
    'putRows',
    dangerous.attendance.putRows,
    { url: 'file/rows', path: '/tmp/rows', action: 'sync', table: 'USERINFO', records: 20 },
    'PutFile file/rows⇥/tmp/rows⇥Action=SyncData⇥TableName=USERINFO⇥RecordCount=20',
    {
      check: (text) =>
        (text.match(/Action=|TableName=|RecordCount=/gi)?.length ?? 0) <= 3 &&
        /^PutFile [!-~]+\t[!-~]+\tAction=(SyncData\tTableName=[A-Z]+\tRecordCount=\d+|AppendData(\tTableName=[A-Z]+)?(\tRecordCount=\d+)?)$/.test(
          text,
        ),
    },
  ),
  sample(
    'upgrade',
    dangerous.attendance.upgrade,
    {
      url: 'http://192.168.0.13:89/data/emfw.cfg',
      checksum: 'a5bf4dcd6020f408589224274aab132d',
      size: 6558,
    },
    'UPGRADE type=1,checksum=a5bf4dcd6020f408589224274aab132d,size=6558,url=http://192.168.0.13:89/data/emfw.cfg',
    { from: '- checksum size url', between: ',', unsent: 'supportsubcontracting' },
  ),
  sample(
    'deleteRows',
    dangerous.attendance.deleteRows,
    { table: 'ShortcutKey', fields: { KeyID: 1 } },
    'DATA DELETE ShortcutKey KeyID=1',
    row('DATA DELETE'),
  ),
  sample('clearAttendance', dangerous.attendance.clearAttendance, {}, 'CLEAR LOG'),
  sample('clearAttendancePhotos', dangerous.attendance.clearAttendancePhotos, {}, 'CLEAR PHOTO'),
  sample('clearBiodata', dangerous.attendance.clearBiodata, {}, 'CLEAR BIODATA'),
  sample('clearUsers', dangerous.attendance.clearUsers, {}, 'CLEAR ALL USERINFO'),
  sample('clearEverything', dangerous.attendance.clearEverything, {}, 'CLEAR DATA'),
]

export const DANGEROUS_ACCESS: Sample[] = [
  sample(
    'clear',
    dangerous.access.clear,
    { table: 'user' },
    'DATA DELETE user *',
    matches(/^DATA DELETE [A-Za-z]+(10)? \*$/),
  ),
  sample(
    'deleteRows',
    dangerous.access.deleteRows,
    { table: 'firstcard', fields: { Number: 1, Pin: '7' } },
    'DATA DELETE firstcard Number=1⇥Pin=7',
    row('DATA DELETE'),
  ),
  sample(
    'control',
    dangerous.access.control,
    { code: 0x0d, values: [0, 0, 255] },
    'CONTROL DEVICE 0D0000FF',
    matches(/^CONTROL DEVICE (0B|0[D-F]|1[0-2])([0-9A-F]{2}){3,4}$/),
  ),
  sample(
    'upgrade',
    dangerous.access.upgrade,
    { url: 'emfw.cfg', checksum: 'a5bf4dcd6020f408589224274aab132d', size: 6558 },
    'UPGRADE type=1,checksum=a5bf4dcd6020f408589224274aab132d,size=6558,url=emfw.cfg',
    { from: '- checksum size url', between: ',' },
  ),
]

// The content of a stored file, as an app reads it.

/**
 * @param length how many of the last bytes of `raw` are the content, or its base64
 * @param record what is stored of the record beside its bytes
 */
export function contentIn(raw: Buffer, length: number, record: object): Buffer {
  const content = raw.subarray(raw.length - length)
  return 'encodedSize' in record ? Buffer.from(content.toString('latin1'), 'base64') : content
}

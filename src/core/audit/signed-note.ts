/**
 * Signed notes and the texts of their Ed25519 keys (c2sp.org/signed-note; the signer's key as golang.org/x/mod/sumdb/note writes it). The
 * signing itself is not the core's: it takes a private key.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { fromBase64, toBase64 } from './base64.ts'

/** Signature type of plain Ed25519. */
const ed25519 = 1
const keyBytes = 32
const signatureBytes = 64
const signerPrefix = 'PRIVATE+KEY+'
/** A note with more lines of signatures is refused. */
const maximumSignatures = 16

/** A public key, or the seed of a private one, and the name it signs under. */
export interface NoteKey {
  name: string
  /** Four bytes, hexadecimal. */
  id: string
  key: Uint8Array
}

export type VerifySignature = (publicKey: Uint8Array, text: Uint8Array, signature: Uint8Array) => boolean

/** A name is not empty and holds neither white space nor a plus. */
export const isKeyName = (name: string): boolean => /^[^\s+\p{Cc}]{1,200}$/u.test(name)

export const keyIdOf = (name: string, publicKey: Uint8Array): string =>
  bytesToHex(sha256(concatBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(ed25519), publicKey)).subarray(0, 4))

const keyText = ({ name, id, key }: NoteKey): string =>
  `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(ed25519), key))}`

export const verifierText = (verifier: NoteKey): string => keyText(verifier)
export const signerText = (signer: NoteKey): string => `${signerPrefix}${keyText(signer)}`

/** The key in a verifier's text (`NAME+ID+BASE64`), or `null` when it is none or its id is not its own. */
export function parseVerifier(text: string): NoteKey | null {
  const parsed = parseKey(text)
  return parsed && keyIdOf(parsed.name, parsed.key) === parsed.id ? parsed : null
}

/** The seed in a signer's text (`PRIVATE+KEY+NAME+ID+BASE64`), or `null` when it is none. Its id is its public key's. */
export function parseSigner(text: string): NoteKey | null {
  return text.startsWith(signerPrefix) ? parseKey(text.slice(signerPrefix.length)) : null
}

function parseKey(text: string): NoteKey | null {
  const match = /^([^\s+]{1,200})\+([0-9a-f]{8})\+(\S+)$/.exec(text)
  const bytes = fromBase64(match?.[3] ?? '')
  if (!match || bytes?.length !== keyBytes + 1 || bytes[0] !== ed25519) return null
  return { name: match[1] ?? '', id: match[2] ?? '', key: bytes.slice(1) }
}

/** `text` ends with a line break; the signature is over it. */
export function noteOf(text: string, { name, id }: Pick<NoteKey, 'name' | 'id'>, signature: Uint8Array): string {
  const keyId = Uint8Array.from(id.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  return `${text}\n— ${name} ${toBase64(concatBytes(keyId, signature))}\n`
}

/** The text of a note that one of the keys has signed; why not, otherwise. Signatures of other keys are passed over. */
export function openNote(
  note: string,
  verifiers: readonly NoteKey[],
  verify: VerifySignature,
): { ok: true; text: string; signer: NoteKey } | { ok: false; message: string } {
  const end = note.lastIndexOf('\n\n')
  const lines = note.slice(end + 2).split('\n')
  if (end < 0 || lines.pop() !== '' || lines.length === 0 || lines.length > maximumSignatures)
    return { ok: false, message: 'it is no signed note' }
  const text = note.slice(0, end + 1)
  for (const line of lines) {
    const match = /^— (\S+) (\S+)$/.exec(line)
    const bytes = fromBase64(match?.[2] ?? '')
    if (!match || !bytes || bytes.length < 5) return { ok: false, message: 'a line of its signatures cannot be read' }
    const id = bytesToHex(bytes.subarray(0, 4))
    const signer = verifiers.find((known) => known.name === match[1] && known.id === id)
    if (!signer) continue
    const signature = bytes.subarray(4)
    const isGood = signature.length === signatureBytes && verify(signer.key, utf8ToBytes(text), signature)
    return isGood ? { ok: true, text, signer } : { ok: false, message: `the signature of ${signer.name} is wrong` }
  }
  return { ok: false, message: `none of the keys that are trusted signed it` }
}

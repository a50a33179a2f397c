/** Ed25519 keys of signed notes with Node's own cryptography (RFC 8032). */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { hexToBytes } from '@noble/hashes/utils.js'
import {
  keyIdOf,
  type NoteKey,
  noteOf,
  parseSigner,
  signerText,
  type VerifySignature,
  verifierText,
} from '../../core/audit/signed-note.ts'

/** What stands before the seed in a PKCS #8 private key (RFC 8410 §7). */
const pkcs8Prefix = hexToBytes('302e020100300506032b657004220420')

export interface NoteSigner {
  verifier: NoteKey
  /** `text` ends with a line break. */
  sign(text: string): string
}

/** `null` for a text that is no signer's key, or whose id is not that of its public key. */
export function readSigner(text: string): NoteSigner | null {
  const parsed = parseSigner(text)
  if (!parsed) return null
  const { name, id, key: seed } = parsed
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = rawPublicKey(key)
  if (keyIdOf(name, publicKey) !== id) return null
  return {
    verifier: { name, id, key: publicKey },
    sign: (note) => noteOf(note, { name, id }, sign(null, Buffer.from(note), key)),
  }
}

export const verifySignature: VerifySignature = (publicKey, text, signature) =>
  verify(
    null,
    text,
    createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
      format: 'jwk',
    }),
    signature,
  )

/** A new pair as texts: the signer's is the secret, the verifier's is for everybody. `name` must be a key name. */
export function makeNoteKeys(name: string): { signer: string; verifier: string } {
  const { privateKey } = generateKeyPairSync('ed25519')
  const publicKey = rawPublicKey(privateKey)
  const id = keyIdOf(name, publicKey)
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(pkcs8Prefix.length)
  return { signer: signerText({ name, id, key: seed }), verifier: verifierText({ name, id, key: publicKey }) }
}

/** The last 32 bytes of its SPKI form (RFC 8410 §4). */
function rawPublicKey(privateKey: KeyObject): Uint8Array {
  return Uint8Array.from(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32))
}

/** Notes and keys against the examples that their specification and Go's implementation publish, signed and checked by Node. */
import { createPublicKey, verify as nodeVerify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from './base64.ts'
import { checkpointText, parseCheckpoint } from './checkpoint.ts'
import { keyIdOf, noteOf, openNote, parseSigner, parseVerifier, signerText, verifierText } from './signed-note.ts'

const verify = (publicKey: Uint8Array, text: Uint8Array, signature: Uint8Array): boolean => {
  const key = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }
  return nodeVerify(null, text, createPublicKey({ key, format: 'jwk' }), signature)
}

/** The example of c2sp.org/signed-note. */
const verifierOfSpec = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const noteOfSpec = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`
/** The example of golang.org/x/mod/sumdb/note. */
const verifierOfGo = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const noteOfGo = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

function keyOf(text: string) {
  const key = parseVerifier(text)
  if (!key) throw new Error(`${text} is no key`)
  return key
}

describe('a signed note', () => {
  it.each([
    ['the specification', noteOfSpec, verifierOfSpec],
    ["Go's package", noteOfGo, verifierOfGo],
  ])('as %s shows it is opened', (_, note, verifier) => {
    const opened = openNote(note, [keyOf(verifier)], verify)
    expect(opened).toMatchObject({ ok: true, text: note.slice(0, note.lastIndexOf('\n\n') + 1) })
    expect(verifierText(keyOf(verifier))).toBe(verifier)
  })

  it('is put together again from its parts', () => {
    const [, encoded = ''] = noteOfSpec.trimEnd().split('example.com/foo ')
    const signature = fromBase64(encoded)?.subarray(4) ?? new Uint8Array()
    expect(noteOf('This is an example message.\n', keyOf(verifierOfSpec), signature)).toBe(noteOfSpec)
  })

  it.each([
    ['another text', noteOfSpec.replace('example message', 'example massage'), 'signature of example.com/foo is wrong'],
    ['a name that is not trusted', noteOfSpec.replace('— example.com', '— example.org'), 'none of the keys'],
    ['no signature', 'This is an example message.\n', 'no signed note'],
    ['no end', noteOfSpec.trimEnd(), 'no signed note'],
    ['a signature that is no base64', noteOfSpec.replace('QM=', 'QN='), 'cannot be read'],
    ['more signatures than anybody gives', noteOfSpec + '— a AAAAAAA=\n'.repeat(17), 'no signed note'],
  ])('with %s is refused', (_, note, message) => {
    const opened = openNote(note, [keyOf(verifierOfSpec)], verify)
    expect(opened).toMatchObject({ ok: false, message: expect.stringContaining(message) })
  })

  it('may carry signatures of others beside ours', () => {
    const cosigned = `${noteOfSpec}— witness.example/w ${toBase64(new Uint8Array(72))}\n`
    expect(openNote(cosigned, [keyOf(verifierOfSpec)], verify)).toMatchObject({ ok: true })
  })
})

describe('keys as text', () => {
  it('are refused when their id is not that of the key, or the type is another', () => {
    expect(parseVerifier(verifierOfSpec.replace('530d903a', '530d903b'))).toBeNull()
    expect(parseVerifier(verifierOfSpec.replace('+Aek', '+Bek'))).toBeNull()
    expect(parseVerifier('example.com/foo')).toBeNull()
  })

  it('of signers are read and written', () => {
    const seed = new Uint8Array(32).fill(7)
    const text = signerText({ name: 'log', id: '00112233', key: seed })
    expect(text).toMatch(/^PRIVATE\+KEY\+log\+00112233\+/)
    expect(parseSigner(text)).toEqual({ name: 'log', id: '00112233', key: seed })
    expect(parseSigner(text.slice('PRIVATE+'.length))).toBeNull()
    expect(keyIdOf('example.com/foo', keyOf(verifierOfSpec).key)).toBe('530d903a')
  })
})

describe('a checkpoint', () => {
  /** The example of c2sp.org/tlog-checkpoint. */
  const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'

  it('is read and written as its specification shows', () => {
    const checkpoint = parseCheckpoint(text)
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 })
    expect(checkpoint && checkpointText(checkpoint)).toBe(text)
    expect(parseCheckpoint(`${text}an extension\n`)).toEqual(checkpoint)
  })

  it.each([
    ['a size with a leading zero', text.replace('2085', '02085')],
    ['a short root', text.replace('CsUY', '')],
    ['no last line break', text.trimEnd()],
    ['an empty line', `${text}\n`],
    ['no origin', text.slice(text.indexOf('\n'))],
  ])('with %s is none', (_, wrong) => {
    expect(parseCheckpoint(wrong)).toBeNull()
  })
})

describe('base64', () => {
  it("is the platform's own, both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64')
        expect(toBase64(bytes)).toBe(text)
        expect(fromBase64(text)).toEqual(bytes)
      }),
    )
  })

  it.each(['A', 'AB', 'AB=', 'AB==C', 'A-==', 'AB= =', 'AB==\n', 'AR=='])('"%s" is none', (text) => {
    expect(fromBase64(text)).toBeNull()
  })
})

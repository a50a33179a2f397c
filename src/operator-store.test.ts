/** The store that the operator names, on a real database; its password is found where the operator says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { appended, reasons } from '../test/contract/event-store.ts'
import { paused } from '../test/contract/paused.ts'
import { hasPostgres, PostgresServer, password, postgresLimitMs } from '../test/contract/postgres-server.ts'
import { UserError } from './cli/context.ts'
import { Operator } from './core/plan/operator.ts'
import { openStore } from './operator-store.ts'

let stateDir = ''
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'tidegate-'))
})
afterEach(() => rmSync(stateDir, { recursive: true }))

const operatorWith = (store?: unknown) => Operator.parse({ people: {}, targets: {}, ...(store ? { store } : {}) })

it('is the state folder’s own without a word on it', async () => {
  const { store } = await openStore(operatorWith(), { stateDir, workingFolder: stateDir })
  expect(store.isShared).toBe(false)
  await store.close()
})

describe.runIf(hasPostgres)('a database that the operator names', () => {
  let server: PostgresServer
  beforeAll(async () => {
    if (hasPostgres) server = await PostgresServer.start()
  }, postgresLimitMs)
  afterAll(() => server?.stop(), postgresLimitMs)

  const bare = async () => (await server.newDatabase()).replace(/:only[^@]*@/, '@')

  it('is opened with the password of a file beside the operator’s', async () => {
    writeFileSync(join(stateDir, 'db-password'), `${password}\n`)
    const operator = operatorWith({ driver: 'postgres', url: await bare(), password: { file: 'db-password' } })
    const { store } = await openStore(operator, { stateDir: '/nowhere', workingFolder: stateDir })
    expect(store.isShared).toBe(true)
    expect(reasons(await appended(store, 'a', 0, [paused('1')]))).toEqual(['1'])
    await store.close()
  })

  it.each([
    ['is not set', { env: 'TIDEGATE_TEST_NO_SUCH' }, /TIDEGATE_TEST_NO_SUCH is not set/],
    ['is not there', { file: 'nowhere' }, /nowhere cannot be read/],
    ['is wrong', { file: 'wrong' }, /correct user and password/],
  ])('is refused in one sentence when the password %s', async (_, reference, message) => {
    writeFileSync(join(stateDir, 'wrong'), 'guessed-wrongly')
    const operator = operatorWith({ driver: 'postgres', url: await bare(), password: reference })
    const opening = openStore(operator, { stateDir, workingFolder: stateDir })
    const error = await opening.then(
      () => undefined,
      (refused: unknown) => refused,
    )
    if (!(error instanceof UserError)) throw new Error(`not a UserError: ${error}`)
    expect(error.message).toMatch(message)
    expect(error.message).not.toMatch(/guessed-wrongly|\n/)
  })
})

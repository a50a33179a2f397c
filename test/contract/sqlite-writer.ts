/**
 * A process that appends to the SQLite store given as its first argument until it is killed or refused. It prints `open`, then the
 * version of each acknowledged append; a refusal is printed as JSON and ends it. A number as second argument is the length of each event.
 */
import { writeSync } from 'node:fs'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { paused } from './paused.ts'

const [file = '', length = '1'] = process.argv.slice(2)
const print = (text: string) => writeSync(1, `${text}\n`)

const opened = openSqliteStore(file)
if (opened.ok) {
  const before = await opened.store.streams()
  print('open')
  for (let version = before[0]?.version ?? 0; version < 1_000_000; ) {
    const result = await opened.store.append('a', version, [paused('x'.repeat(Number(length)))])
    if (!result.ok) {
      print(JSON.stringify(result))
      break
    }
    print(`${++version}`)
  }
  await opened.store.close()
} else {
  print(JSON.stringify(opened))
}

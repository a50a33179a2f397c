/**
 * A process that appends to a SQLite store until it is killed or refused: `sqlite-writer.ts FILE [LENGTH [COUNT]]`, with the length of each
 * event's text and the number of appends. It prints `open`, then the version of each acknowledged append; a refusal as JSON ends it.
 */
import { writeSync } from 'node:fs'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { paused } from './paused.ts'

const [file = '', length = '1', count = '1000000'] = process.argv.slice(2)
const print = (text: string) => writeSync(1, `${text}\n`)

const opened = openSqliteStore(file)
if (opened.ok) {
  const before = await opened.store.streams()
  print('open')
  for (let version = before.find(({ stream }) => stream === 'a')?.version ?? 0; version < Number(count); ) {
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

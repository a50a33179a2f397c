/** Follows a release until it is over: drawn in place on a terminal, told line by line elsewhere. */
import { terminalStatuses } from '../core/release/release.ts'
import type { ControllerApi, ReleaseView } from '../server/contract.ts'
import type { CliContext } from './context.ts'
import { unwrap } from './describe-problem.ts'
import { LiveScreen } from './live-screen.ts'
import { renderLive } from './live-view.ts'
import { pauseFor } from './pause-for.ts'
import { changesBetween, valuesLine } from './plain-changes.ts'
import { wantsColour } from './styled-line.ts'

export interface WatchOptions {
  /** Ends the watching, not the release. */
  signal?: AbortSignal
  /** Ends as well when the release is held. */
  untilHeld?: boolean
  /** Tells everything line by line on the chatter stream, so that stdout is left to data. */
  chatter?: boolean
  intervalMs?: number
}

/** Time between two looks; a look is one small local request. */
const defaultIntervalMs = 250
/** In logs the values are told at most this often. */
const valuesEveryMs = 5_000

/** The last view seen: over, held where asked for, or as it was when the signal came. Throws a `UserError` when there is no such release. */
export async function watchRelease(
  context: CliContext,
  api: ControllerApi,
  releaseId: string,
  options: WatchOptions = {},
): Promise<ReleaseView> {
  const { signal, untilHeld = false, intervalMs = defaultIntervalMs } = options
  const display =
    context.isTty && !options.chatter ? new Drawn(context) : new Told(options.chatter ? context.err : context.out)
  try {
    for (;;) {
      const view = unwrap(await api.release(releaseId))
      display.show(view)
      if (terminalStatuses.includes(view.status) || (untilHeld && view.status === 'Held') || signal?.aborted)
        return view
      await pauseFor(intervalMs, signal)
    }
  } finally {
    display.close()
  }
}

class Drawn {
  readonly #context: CliContext
  readonly #screen: LiveScreen

  constructor(context: CliContext) {
    this.#context = context
    this.#screen = new LiveScreen(context.out)
  }

  show(view: ReleaseView): void {
    const columns = this.#context.columns()
    // One column stays free: erasing to the end of a line that is full would take its last character.
    const lines = renderLive(view, columns - 1, wantsColour(this.#context))
    this.#screen.draw(lines, columns, process.stdout.rows ?? 24)
  }

  close(): void {
    this.#screen.close()
  }
}

class Told {
  readonly #write: (line: string) => void
  #before: ReleaseView | null = null
  #valuesMs = Number.NEGATIVE_INFINITY

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  show(view: ReleaseView): void {
    for (const line of changesBetween(this.#before, view)) this.#write(line)
    this.#before = view
    const values = view.elapsedMs - this.#valuesMs >= valuesEveryMs ? valuesLine(view) : null
    if (values === null) return
    this.#write(values)
    this.#valuesMs = view.elapsedMs
  }

  close(): void {}
}

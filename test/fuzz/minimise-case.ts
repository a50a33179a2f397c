/** Makes a failing text as short as it will get: drops runs of lines, then runs of characters, as long as it fails alike. */
const attemptLimit = 2_000
/** A text that fails by being slow is slow at every attempt. */
const timeLimitMs = 20_000

/** `fails` says whether a text still shows the fault. */
export function minimiseText(text: string, fails: (text: string) => boolean): string {
  const deadline = performance.now() + timeLimitMs
  let attempts = 0
  const mayTry = (): boolean => ++attempts <= attemptLimit && performance.now() < deadline
  const byLines = shorten(text.split('\n'), '\n', fails, mayTry)
  return shorten([...byLines], '', fails, mayTry)
}

function shorten(
  parts: readonly string[],
  mark: string,
  fails: (text: string) => boolean,
  mayTry: () => boolean,
): string {
  let kept = [...parts]
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      if (!mayTry()) return kept.join(mark)
      const fewer = kept.toSpliced(at, size)
      if (fails(fewer.join(mark))) kept = fewer
      else at += size
    }
  }
  return kept.join(mark)
}

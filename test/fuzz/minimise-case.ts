/** Makes a failing text as short as it will get: drops runs of lines, then runs of characters, as long as it fails alike. */
const attemptLimit = 2_000

/** `fails` says whether a text still shows the fault. */
export function minimiseText(text: string, fails: (text: string) => boolean): string {
  let attempts = 0
  const stillFails = (candidate: string): boolean => ++attempts <= attemptLimit && fails(candidate)
  const byLines = shorten(text.split('\n'), '\n', stillFails)
  return shorten([...byLines], '', stillFails)
}

function shorten(parts: readonly string[], mark: string, fails: (text: string) => boolean): string {
  let kept = [...parts]
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      const fewer = kept.toSpliced(at, size)
      if (fails(fewer.join(mark))) kept = fewer
      else at += size
    }
  }
  return kept.join(mark)
}

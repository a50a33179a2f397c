/** Finds passwords, keys and tokens in text, and takes them out: whatever is kept or shown of a document goes through here first. */

export interface FoundSecret {
  /** What it seems to be, for messages: "a private key". */
  what: string
  /** Where the secret itself stands in the text, without the name or scheme around it. */
  start: number
  end: number
}

/** Stands where a secret stood. It reads as no secret, no placeholder and no markup. */
const removed = '(redacted)'

/** In the order of the text, without overlaps; each is as long as what has to go. */
export function findSecrets(text: string): FoundSecret[] {
  if (!mayHoldSecret.test(text)) return []
  const found = kinds.flatMap(({ what, pattern, isSure }) =>
    [...text.matchAll(pattern)].flatMap((match): FoundSecret[] => {
      const [start, end] = match.indices?.groups?.secret ?? [0, 0]
      const secret = text.slice(start, end)
      return secret !== '' && (isSure || isSecret(secret, match[0])) ? [{ what, start, end }] : []
    }),
  )
  return merge(found.sort((a, b) => a.start - b.start || b.end - a.end))
}

/** What every kind of secret comes with; most lines of a plan have none of it, and are not searched ten times. */
const mayHoldSecret = /[=:：]|--|[\w./@-]{15}|authorization|bearer/i

/** Where two overlap, all of both has to go. */
function merge(sorted: FoundSecret[]): FoundSecret[] {
  const merged: FoundSecret[] = []
  for (const secret of sorted) {
    const last = merged.at(-1)
    if (last && secret.start < last.end) last.end = Math.max(last.end, secret.end)
    else merged.push({ ...secret })
  }
  return merged
}

/** The text without its secrets. Lines stay where they are, and a second pass changes nothing. */
export function redactSecrets(text: string): string {
  let rest = 0
  const parts = findSecrets(text).map(({ start, end }) => {
    const before = text.slice(rest, start)
    rest = end
    // A private key takes several lines, and the lines after it must keep their numbers.
    const lines = text.slice(start, end).split('\n')
    return before + lines.map((line) => (line.trim() === '' ? line : removed)).join('\n')
  })
  return parts.join('') + text.slice(rest)
}

/** The value with every text in it redacted; keys stay. */
export function redactDeep<T>(value: T): T {
  return mapTexts(value) as T
}

function mapTexts(value: unknown): unknown {
  if (typeof value === 'string') return redactSecrets(value)
  if (Array.isArray(value)) return value.map(mapTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner)]))
}

const keyWords =
  'secret|password|passwd|passphrase|pwd|passwort|senha|mot de passe|token|api[_-]?key|apikey|private[_-]?key|access[_-]?key|account[_-]?key|signing[_-]?key|encryption[_-]?key|auth[_-]?key|credentials?|contraseña|密码|口令'
const value = String.raw`(?<secret>[^\s"'\x60,;|<>]{6,300})`

/** `isSure`: the form alone says it; elsewhere the text has to look like a secret as well. */
const kinds: { what: string; pattern: RegExp; isSure?: boolean }[] = [
  {
    what: 'a private key',
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----(?<secret>[\s\S]{0,8000}?)(?=-----END|\n```|\n\n|$)/dg,
    isSure: true,
  },
  {
    what: 'a signing key',
    pattern: /PRIVATE\+KEY\+[^+\s]{1,200}\+[0-9a-f]{8}\+(?<secret>[A-Za-z0-9+/=]{20,200})/dg,
    isSure: true,
  },
  {
    what: 'a password in an address',
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'`]{0,80}:(?<secret>[^\s/@"'`]{1,200})@/dgi,
  },
  {
    what: 'a secret in an address',
    pattern:
      /[?&;](?:sig|signature|token|access_token|api_?key|key|password|secret|x-amz-signature|code)=(?<secret>[^\s&"'`)<>]{8,500})/dgi,
  },
  {
    what: 'an address that works as a key',
    pattern:
      /(?:hooks\.slack\.com\/(?:services|workflows|triggers)|(?:discord|discordapp)\.com\/api\/webhooks|[a-z0-9-]{1,40}\.webhook\.office\.com\/webhookb2)\/(?<secret>[\w@/.-]{12,300})/dgi,
    isSure: true,
  },
  {
    what: 'an access key',
    pattern: new RegExp(
      String.raw`(?<![\w-])(?<secret>${[
        '(?:AKIA|ASIA)[0-9A-Z]{16}',
        'gh[pousr]_[A-Za-z0-9]{20,255}',
        'github_pat_[A-Za-z0-9_]{20,255}',
        'gl(?:pat|dt|rt|ptt)-[\\w-]{20,200}',
        'xox[abeprs]-[\\w-]{10,250}',
        'xapp-[\\w-]{10,250}',
        '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,250}',
        'whsec_[A-Za-z0-9+/=]{16,100}',
        'sk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,250}',
        'npm_[A-Za-z0-9]{30,100}',
        'pypi-[\\w-]{30,250}',
        'AIza[\\w-]{35}',
        'ya29\\.[\\w-]{20,250}',
        'SG\\.[\\w-]{16,40}\\.[\\w-]{16,80}',
        'hf_[A-Za-z0-9]{30,80}',
        'dop_v1_[a-f0-9]{40,80}',
        'hv[sb]\\.[\\w-]{20,200}',
        'lin_api_[A-Za-z0-9]{30,80}',
        'dckr_pat_[\\w-]{20,80}',
        '\\d{8,10}:AA[\\w-]{33}',
        'eyJ[\\w-]{10,2000}\\.eyJ[\\w-]{10,4000}(?:\\.[\\w-]{1,2000})?',
      ].join('|')})`,
      'dg',
    ),
    isSure: true,
  },
  {
    what: 'a secret in a header',
    pattern:
      /(?:authorization["']?\s{0,2}[:=]\s{0,2}["']?(?:bearer|basic|token|apikey)|(?<![\p{L}\d])bearer)\s{1,3}(?<secret>[^\s"'`,;<>]{8,2000})/dgiu,
  },
  { what: 'a secret value', pattern: new RegExp(`(?:${keyWords})["'\`*_]{0,4}\\s?=\\s?["'\`]{0,3}${value}`, 'dgiu') },
  {
    what: 'a secret value',
    pattern: new RegExp(`(?:${keyWords})["'\`*_]{0,4}\\s?[:：]["'\`*_]{0,4}\\s{0,2}["'\`]{0,3}${value}`, 'dgiu'),
  },
  {
    what: 'a secret in a command',
    pattern: new RegExp(`--(?:[a-z]{1,20}-)?(?:${keyWords})[ =]["']?${value}`, 'dgiu'),
  },
  { what: 'a password in a command', pattern: /\s-u ?["']?[\w.@-]{1,60}:(?<secret>[^\s"'`]{4,200})/dg },
]

/** Blanks, variables, names of variables and words of a sentence are no secrets. */
function isSecret(text: string, whole: string): boolean {
  if (
    /^(?:[<$%[{(]|\*{2}|x{3}|\.{3}|process\.|env\.|import\.meta|os\.|vault:|secrets?\.|\/|https?:|generate|change|replace|placeholder|example|dummy|redacted|null|none|true|false|undefined)/i.test(
      text,
    ) ||
    /^(?:your|my|the|new|insert|enter|some)[_-]|_here$|(?:^|_)YOUR_|\.\.\.|\(\)|\*{3}/i.test(text)
  )
    return false
  if (/:\/\/|=/.test(whole)) return true
  // Behind a colon or an option stands a sentence as often as a value: "Token: refreshed daily".
  return /\d/.test(text) || /[!@#$%^&+=]/.test(text) || /[a-z][A-Z]/.test(text)
}

/** What is wrong with a file of flag definitions, and where. */

export interface Fault {
  /** From the file's top to what is wrong: names of members and, from 0, places in lists. */
  path: (string | number)[]
  /** One clause that says what is wrong or what to write. */
  message: string
  /** Of the text, from 1; absent where only the values are at hand. */
  line?: number
}

/** `line 7, flags / basket / variants: a flag needs a variant`. */
export function formatFault({ path, message, line }: Fault): string {
  const place = [line === undefined ? '' : `line ${line}`, path.join(' / ')].filter(Boolean).join(', ')
  return `${place || 'at its top'}: ${message}`
}

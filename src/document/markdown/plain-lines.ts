/** The lines of a document, however they were saved: ended by `\n`, without a byte order mark before the first. */
export const plainLines = (text: string): string => text.replace(/^\u{feff}/u, '').replace(/\r\n?/g, '\n')

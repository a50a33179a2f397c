/** Words for the state of work in tables and lists. */

/** "Done", "✅ Complete", "terminé": finished, as the author says. */
export function isDone(status: string): boolean {
  return (
    /^(?:done|complete[d]?|finished|shipped|released|live|passed|termine|concluid[oa]|完成|完了)\b/i.test(
      bare(status),
    ) || /完成|完了/.test(status)
  )
}

/** "Pending", "To do", "In progress": not finished, as the author says. */
export function isOpen(status: string): boolean {
  return /^(?:pending|planned|to ?do|open|not started|in progress|ongoing|waiting|blocked|scheduled|required|a faire|en cours|pendente)\b/i.test(
    bare(status),
  )
}

function bare(status: string): string {
  return status
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/^[^\p{L}]+/u, '')
}

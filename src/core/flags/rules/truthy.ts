/** What counts as true in JSON Logic: as in JavaScript, but empty lists and empty objects are false. */

export function truthy(value: unknown): boolean {
  if (value === true) return true
  if (!value) return false
  if (typeof value !== 'object') return true
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0
}

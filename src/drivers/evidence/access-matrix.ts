/** Asks every route as every role and compares the statuses with the matrix: who may reach what, and who may not. */
import { createHash } from 'node:crypto'
import type { AccessMatrixCheck } from '../../core/plan/operator-probes.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { exchangeHttp } from '../http-exchange.ts'
import { resolveHeaders } from '../resolve-headers.ts'
import { withDeadline } from '../with-deadline.ts'
import { askEach } from './ask-each.ts'

const maximumBytes = 1_048_576

interface Cell {
  role: string
  method: string
  path: string
  expected: readonly number[]
}

/** Relative paths of secrets start at `folder`. A cell that gets no answer makes the whole check `unavailable` or `timeout`. */
export function createAccessMatrixRunner(
  checks: Readonly<Record<string, AccessMatrixCheck>>,
  { folder }: { folder: string },
): CheckRunner {
  return {
    name: 'access-matrix',
    async runCheck(check, context) {
      const found = findByName('check', checks, check)
      if (!found.ok) return found
      const limited = withDeadline(context)
      const { baseUrl, roles } = found.value
      const headers = await headersByRole(roles, { folder, signal: limited.signal })
      if (!headers.ok) return fail(headers.error.code, `${check}, ${headers.error.message}`)
      const cells = cellsOf(found.value)
      const base = baseUrl.replace(/\/+$/, '')
      const statuses = await askEach(cells, async ({ role, method, path }) => {
        const request = { url: base + path, method, headers: headers.value.get(role) ?? {}, maximumBytes }
        const answer = await exchangeHttp(request, limited)
        if (answer.ok) return succeed(answer.value.status)
        return fail(
          answer.error.code,
          `${check}, ${method} ${path} as ${role}: ${answer.error.message}`,
          answer.error.cause,
        )
      })
      return statuses.ok ? succeed(evidenceOf(cells, statuses.value)) : statuses
    },
    async ping(check, context) {
      const found = findByName('check', checks, check)
      if (!found.ok) return found
      const headers = await headersByRole(found.value.roles, { folder, signal: withDeadline(context).signal })
      return headers.ok ? succeed(undefined) : headers
    },
  }
}

function cellsOf({ roles, routes }: AccessMatrixCheck): Cell[] {
  return routes.flatMap(({ method, path, expect }) =>
    Object.keys(roles).map((role) => ({ role, method, path, expected: [expect[role] ?? []].flat() })),
  )
}

async function headersByRole(
  roles: AccessMatrixCheck['roles'],
  places: Parameters<typeof resolveHeaders>[1],
): Promise<Outcome<Map<string, Record<string, string>>>> {
  const byRole = new Map<string, Record<string, string>>()
  for (const [role, { headers }] of Object.entries(roles)) {
    const resolved = await resolveHeaders(headers, places)
    if (!resolved.ok) return fail(resolved.error.code, `role ${role}: ${resolved.error.message}`)
    byRole.set(role, resolved.value)
  }
  return succeed(byRole)
}

/** Details are the wrong cells; where there are none, what was asked, by role. The digest is over all statuses. */
function evidenceOf(cells: readonly Cell[], statuses: readonly number[]) {
  const lines = cells.map(({ role, method, path }, index) => `${method} ${path} as ${role}: ${statuses[index]}`)
  const wrong = cells.flatMap(({ expected }, index) =>
    expected.includes(statuses[index] ?? 0) ? [] : [`${lines[index]}, expected ${expected.join(' or ')}`],
  )
  const roles = Map.groupBy(cells, ({ role }) => role)
  const asked = [...roles].map(([role, { length }]) => `${role}: ${length} of ${length} routes as expected`)
  const isRight = wrong.length === 0
  return {
    verdict: isRight ? ('passed' as const) : ('failed' as const),
    summary: isRight
      ? `${cells.length} of ${cells.length} cells as expected`
      : `${wrong.length} of ${cells.length} cells not as expected`,
    details: isRight ? asked : wrong,
    digest: createHash('sha256').update(lines.join('\n')).digest('hex'),
  }
}

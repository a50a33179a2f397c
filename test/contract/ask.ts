/** Requests on kept connections, as users of a proxy make them. */
import { Agent, request } from 'node:http'

/** Close it with `destroy` after the tests. */
export const agent = new Agent({ keepAlive: true, maxSockets: 32 })

export interface Answer {
  status: number
  body: string
  cookies: string[]
}

export function ask(
  url: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers, method: body === undefined ? 'GET' : 'POST' }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: text, cookies: answer.headers['set-cookie'] ?? [] }),
      )
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** At most 32 at a time. */
export async function inBatches<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += 32) {
    results.push(...(await Promise.all(items.slice(start, start + 32).map(each))))
  }
  return results
}

/** Servers that repeat whatever they are sent, as badly made ones do in their error pages: headers, paths, passwords. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'

export interface EchoingServers {
  httpPort: number
  smtpPort: number
  /** All that came in, as text. */
  received(): string
  /** Bodies of notices, without their headers: what Tidegate itself says. */
  notices(): string
  close(): Promise<void>
}

const metrics = ['v1', 'v2'].flatMap((version) => [
  `requests_total{version="${version}"} 0`,
  `errors_total{version="${version}"} 0`,
])

export async function startEchoingServers(): Promise<EchoingServers> {
  const received: string[] = []
  const notices: string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { url = '', headers } = request
    received.push(JSON.stringify([url, headers, body]))
    if (url === '/metrics') return response.end(`${metrics.join('\n')}\n`)
    if (url.startsWith('/notices/')) notices.push(body)
    const status = url.startsWith('/notices/') || url.startsWith('/broken') ? 500 : url.startsWith('/front') ? 200 : 401
    const message = `bad credentials in ${url}: ${Object.values(headers).join(' ')}`
    return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
  }
  const http = createServer((request, response) => void answer(request, response))
  const smtp = createTcpServer((socket) => talkSmtp(socket, received))
  const [httpPort, smtpPort] = await Promise.all([listen(http), listen(smtp)])
  return {
    httpPort,
    smtpPort,
    received: () => received.join('\n'),
    notices: () => notices.join('\n'),
    close: async () => {
      http.closeAllConnections()
      await Promise.all([http, smtp].map((server) => new Promise((done) => server.close(done))))
    },
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

/** Refuses every login, and says which password it was. */
function talkSmtp(socket: Socket, received: string[]): void {
  socket.on('error', () => undefined)
  socket.write('220 mail.example ESMTP\r\n')
  socket.setEncoding('utf8').on('data', (text: string) => {
    const [, plain] = /^AUTH PLAIN (\S+)/i.exec(text) ?? []
    if (plain !== undefined) {
      const password = Buffer.from(plain, 'base64').toString().split('\0').at(-1)
      received.push(`smtp ${password}`)
      socket.write(`535 5.7.8 wrong password ${password} in ${plain}\r\n`)
    } else if (/^EHLO/i.test(text)) socket.write('250-mail.example\r\n250 AUTH PLAIN\r\n')
    else socket.write('221 bye\r\n')
  })
}

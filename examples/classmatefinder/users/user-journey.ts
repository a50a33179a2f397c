// What one user does: signs up, opens the mail, logs in and looks at the own profile; later perhaps comes back.
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Answer, Browser, type createConnections } from './browser.ts'

const mailWaitMs = 4000
const thinkMs = { least: 60, most: 240 }
const visitsOfProfile = 4
const loginsWithoutMail = 3
const neverOpensMail = 0.01

/** A user with an account, who may come back with the same browser. */
export interface User {
  readonly browser: Browser
  readonly email: string
  readonly password: string
  readonly name: string
}

/** Where the users go, and the randomness they share. */
export interface World {
  readonly baseUrl: string
  readonly mailboxUrl: string
  readonly connections: ReturnType<typeof createConnections>
  readonly mailboxConnections: ReturnType<typeof createConnections>
  readonly random: () => number
  readonly seen: (answer: Answer) => void
}

const tokenBody = z.object({ token: z.string() })
const messagesBody = z.array(z.object({ text: z.string() }))

/** A new user called `name`, which must be new to the service. Undefined if he gave up on the way. */
export async function signUp(world: World, name: string): Promise<User | undefined> {
  const user = {
    browser: new Browser(world.connections, world.seen),
    email: `${name}@ualberta.ca`,
    password: `Pass-${name}-1`,
    name,
  }
  const { email, password } = user
  const registered = await user.browser.ask(`${world.baseUrl}/api/auth/register`, {
    method: 'POST',
    json: { email, username: name, password, firstName: 'Sam' },
  })
  if (registered.status !== 201 || world.random() < neverOpensMail) return undefined
  const link = await readLink(world, email)
  if (link === undefined) {
    await tryToLogIn(world, user)
    return undefined
  }
  await think(world)
  const verified = await user.browser.ask(link)
  if (verified.status !== 200) return undefined
  return (await useProfile(world, user)) ? user : undefined
}

/** Logs in and looks at the profile a few times; fills it in where the service offers to. False if he gave up on the way. */
export async function useProfile(world: World, { browser, email, password, name }: User): Promise<boolean> {
  const login = await browser.ask(`${world.baseUrl}/api/auth/login`, { method: 'POST', json: { email, password } })
  const read = tokenBody.safeParse(login.body)
  if (!read.success) return false
  const { token } = read.data
  const profileUrl = `${world.baseUrl}/api/profile`
  let profile = await browser.ask(profileUrl, { token })
  for (let visit = 0; visit < visitsOfProfile; visit += 1) {
    await think(world)
    const change = visit === 0 && offersChange(profile)
    profile = await browser.ask(
      profileUrl,
      change ? { method: 'PUT', token, json: { about: `I am ${name}.` } } : { token },
    )
  }
  return profile.status === 200
}

/** Whoever waits for his mail in vain tries to get in without it. */
async function tryToLogIn(world: World, { browser, email, password }: User): Promise<void> {
  for (let attempt = 0; attempt < loginsWithoutMail; attempt += 1) {
    await browser.ask(`${world.baseUrl}/api/auth/login`, { method: 'POST', json: { email, password } })
    await think(world)
  }
}

async function readLink(world: World, email: string): Promise<string | undefined> {
  // Not a request of the product: the mailbox stands outside of what is measured.
  const reader = new Browser(world.mailboxConnections, () => {})
  const answer = await reader.ask(`${world.mailboxUrl}/messages?to=${encodeURIComponent(email)}&wait=${mailWaitMs}`)
  const messages = messagesBody.safeParse(answer.body).data ?? []
  const link = /http:\/\/\S+/.exec(messages.at(-1)?.text ?? '')?.[0]
  return link !== undefined && URL.canParse(link) ? link : undefined
}

function offersChange({ body }: Answer): boolean {
  return typeof body === 'object' && body !== null && 'about' in body
}

function think({ random }: World): Promise<void> {
  return sleep(thinkMs.least + random() * (thinkMs.most - thinkMs.least))
}

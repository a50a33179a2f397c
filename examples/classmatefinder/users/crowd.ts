// The crowd: users arrive at random moments at a given rate, whether or not the service keeps up.
import type { StatsReport } from './traffic-stats.ts'
import { signUp, type User, useProfile, type World } from './user-journey.ts'

const concurrentJourneys = 400
const keptUsers = 500
const comesBack = 0.2
const tickMs = 20
const longestCatchUpMs = 1000

export interface Crowd {
  /** Users a second; 0 pauses. */
  setRate(usersPerSecond: number): void
  stop(): void
}

/** Starts arrivals at once; `run` makes names differ from those of other runs. */
export function startCrowd(world: World, stats: StatsReport, run: string, usersPerSecond: number): Crowd {
  const { random } = world
  const users: User[] = []
  let rate = usersPerSecond
  let underWay = 0
  let nextMs = performance.now()

  const arrive = (): void => {
    if (underWay >= concurrentJourneys) {
      stats.journeys.dropped += 1
      return
    }
    stats.journeys.started += 1
    underWay += 1
    void journey(`u${run}-${stats.journeys.started}`).then((finished) => {
      stats.journeys[finished ? 'finished' : 'abandoned'] += 1
      underWay -= 1
    })
  }

  // A user who comes back is away from the list while he is here, and forgotten if he could not get in.
  const journey = async (name: string): Promise<boolean> => {
    const [old] = random() < comesBack ? users.splice(Math.floor(random() * users.length), 1) : []
    const user = old === undefined ? await signUp(world, name) : (await useProfile(world, old)) ? old : undefined
    if (user !== undefined && users.length < keptUsers) users.push(user)
    return user !== undefined
  }

  const timer = setInterval(() => {
    const nowMs = performance.now()
    if (rate === 0 || nowMs - nextMs > longestCatchUpMs) nextMs = nowMs
    while (rate > 0 && nextMs <= nowMs) {
      arrive()
      nextMs += (-Math.log(1 - random()) / rate) * 1000
    }
  }, tickMs)

  return {
    setRate: (next) => {
      rate = next
      nextMs = performance.now()
    },
    stop: () => clearInterval(timer),
  }
}

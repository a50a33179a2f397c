/** Rule: times, dates or shares of the plan do not add up. */
import { distinct, type LintRule } from './rule.ts'
import { findDateFaults } from './schedule-dates.ts'
import { findShareFaults } from './schedule-shares.ts'
import { findSpanFaults } from './schedule-spans.ts'

export const scheduleArithmetic: LintRule = {
  id: 'SCHEDULE_ARITHMETIC',
  severity: 'warning',
  summary: 'times, dates or shares of the plan do not add up',
  why: 'Somebody will follow one of the two and believe that everybody does. Time that is missing is usually taken from watching.',
  instead:
    'Let totals be the sum of their parts, phases as long as what they promise to watch, reviews after the end, every share with its time, and days that the calendar and the plan itself allow.',
  check: (draft) =>
    distinct(
      [...findDateFaults(draft), ...findSpanFaults(draft), ...findShareFaults(draft)],
      ({ source, message }) => `${source.start} ${message}`,
    ),
  examples: {
    finds: [
      '# Plan\n**Release date:** 2025-08-16\n\n## Windows\n- Avoid Friday evenings and week-ends',
      '## Schedule\n- Launch on Monday, 2024-06-23',
      '## Deployment\n- Launch on 2024-06-25 03:00 UTC\n\n## Afterwards\n- Monitor key metrics for 72 hours\n- Retrospective on 2024-06-27',
      '## Phase 1: Canary (15 minutes)\n\n## Phase 2: All (30 minutes)\n\n**Total duration:** 2 hours',
      '> **Estimated total time:** 45-60 minutes\n\n## Summary\n**Total cutover time:** 100 minutes',
      '## Phase 1: Canary\n**Duration:** 24 hours\n- Monitor error rates for 48 hours',
      '## Phase 1: Ramp\n**Duration:** 30 minutes\n1. Send 10%\n   - Monitor for 10 minutes\n2. Send 50%\n   - Monitor for 25 minutes',
      '## Phase 1: Staging\n**Duration:** 24 hours\n\n## Phase 2: Production\n**Entry criteria:**\n- Staging stable for 48 hours',
      '## Phase 1: Canary\n**Duration:** 24 hours\n**Success criteria:**\n- No incidents for 7 days',
      '## Phase 1: Beta\n**Duration:** 48-72 hours\n\n## Checklist\n\n### Day 2-3: Beta\n- [ ] Watch',
      '## Phase 1: Ramp\nTraffic goes up in 25% steps every 20 minutes.\n\n1. **Step 1 (25%)**: begin\n2. **Step 2 (50%)**: wait\n3. **Step 3 (100% traffic)**: done',
      '## Phase 1: Soft launch (20%)\n**Duration:** 1 week\n- 1%→2%→5%→10%→20%→50%→100% by itself',
    ],
    accepts: [
      '# Plan\n**Release date:** 2025-08-19\n\n## Windows\n- Avoid week-ends',
      '## Schedule\n- Launch on Sunday, 2024-06-23',
      '## Deployment\n- Launch on 2024-06-25\n\n## Afterwards\n- Monitor key metrics for 72 hours\n- Retrospective on 2024-06-28',
      '## Phase 1: Canary (15 minutes)\n\n## Phase 2: All (30 minutes)\n\n**Total duration:** 45 minutes',
      '## Phase 1: Canary\n**Duration:** 48-72 hours\n- Monitor error rates for 48 hours',
      '## Phase 1: Staging\n**Duration:** 48-72 hours\n\n## Phase 2: Production\n**Entry criteria:**\n- Staging stable for 48 hours',
      '**Total cutover time:** 100 minutes (1 hour 40 minutes)',
      '## Phase 1: Ramp\nTraffic goes up in 25% steps every 20 minutes.\n\n1. **Step 1 (25%)**: begin\n2. **Step 2 (50%)**: wait\n3. **Step 3 (75% traffic)**: wait\n4. **Step 4 (100% traffic)**: done',
      '## Phase 1: Ramp (100%)\n- 25%→50%→100% by itself',
    ],
  },
}

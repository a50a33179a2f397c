/** The leases of a controller alone keep the contract. */
import { leasesContract } from '../../test/contract/leases.ts'
import { createSoleLeases } from './sole-leases.ts'

leasesContract('sole', createSoleLeases)

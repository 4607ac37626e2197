// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RegistryAdministration} from "./RegistryAdministration.sol";
import {RegistryVerdicts} from "./RegistryVerdicts.sol";

/**
 * @title CredentialRegistry, the contract that is deployed.
 * @dev Read it in this order; each part builds on those before:
 *
 * 1. interfaces/       what it says to the outside, with all explanations
 * 2. RegistryStorage   where everything lies; AnchorRecord, the word of an anchor
 * 3. RegistryHeads     events and the running hashes over them
 * 4. RegistryAdministration, RegistryOperators, RegistryAccreditation: who may
 * 5. RegistryAnchors, RegistryStatus: what they do
 * 6. RegistryVerdicts  what follows for one credential
 *
 * @custom:security-contact see SECURITY.md
 */
contract CredentialRegistry is RegistryVerdicts {
    /**
     * @param admin_ First admin, not zero; in production a contract account of several people.
     * @param adminDelay_ Seconds between the proposal of an admin and its acceptance, at most 30 days.
     */
    constructor(address admin_, uint40 adminDelay_) RegistryAdministration(admin_, adminDelay_) {}
}

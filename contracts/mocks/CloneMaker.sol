// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ITrainingTask} from "../interfaces/ITrainingTask.sol";
import {TaskParameters} from "../types/TaskTypes.sol";

/// @title A factory that nobody has admitted, for tests
/// @notice Makes clones with a task's parameters and, being their factory, may initialise them as often as it likes.
contract CloneMaker {
    event CloneMade(address clone);

    function make(address implementation, TaskParameters calldata parameters) external {
        emit CloneMade(Clones.cloneWithImmutableArgs(implementation, abi.encode(parameters)));
    }

    function initialize(ITrainingTask task) external {
        task.initialize();
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IEncryptedBounds} from "../interfaces/IEncryptedBounds.sol";
import {IEncryptedTask} from "../interfaces/IEncryptedTask.sol";
import {IRewardPool} from "../interfaces/IRewardPool.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {ITaskFactory} from "../interfaces/ITaskFactory.sol";
import {EncryptedParameters} from "../types/EncryptedTypes.sol";

/// @title The factory's part that creates encrypted tasks
abstract contract EncryptedTasks is ITaskFactory {
    IStakeVault internal immutable _VAULT;
    IRewardPool internal immutable _POOL;
    address internal immutable _ENCRYPTED;
    IEncryptedBounds internal immutable _ENCRYPTED_BOUNDS;

    Bounds internal _bounds;

    /// @inheritdoc ITaskFactory
    function createEncryptedTask(EncryptedParameters calldata parameters) external returns (address task) {
        if (parameters.owner != msg.sender) revert TaskFactoryWrongOwner(parameters.owner, msg.sender);
        _ENCRYPTED_BOUNDS.check(parameters, _bounds);
        uint256 budget = _ENCRYPTED_BOUNDS.budgetOf(parameters);
        task = Clones.cloneWithImmutableArgs(_ENCRYPTED, abi.encode(parameters, address(this)));
        emit EncryptedTaskCreated(task, msg.sender, parameters.definitionHash, budget);
        _VAULT.registerTask(task);
        IEncryptedTask(task).initialize();
        _POOL.fund(task, msg.sender, budget);
    }

    /// @inheritdoc ITaskFactory
    function encryption() external view returns (Encryption memory) {
        return Encryption({implementation: _ENCRYPTED, bounds: address(_ENCRYPTED_BOUNDS)});
    }

    /// @dev An implementation that orders another vault or pool could neither lock nor pay.
    function _requireWiring(address implementation_, address vault, address pool) internal view {
        (, address taskVault, address taskPool, ) = IEncryptedTask(implementation_).wiring();
        if (taskVault != vault || taskPool != pool) revert TaskFactoryWrongEncryptedTask(implementation_);
    }
}

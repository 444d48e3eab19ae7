import Synchronization

/// How many groups the answers of all connections hold in memory until they are read.
final class AnswerBudget: Sendable {
    private let held = Atomic<Int>(0)
    private let limit: Int

    /// What one answer takes, until it is released.
    final class Share: Sendable {
        private let budget: AnswerBudget
        private let size: Int

        fileprivate init(_ budget: AnswerBudget, _ size: Int) {
            self.budget = budget
            self.size = size
        }

        deinit {
            budget.held.subtract(size, ordering: .relaxed)
        }
    }

    init(limit: Int) {
        self.limit = limit
    }

    /// A share of that many groups; nil if others hold too many.
    ///
    /// One alone is never refused.
    func take(_ size: Int) -> Share? {
        let held = held.add(size, ordering: .relaxed).newValue
        let share = Share(self, size)
        return held <= limit || held == size ? share : nil
    }
}

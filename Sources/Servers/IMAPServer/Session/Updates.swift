extension Session {
    func tellUpdates(_ updates: CommandUpdates) {}
    func unselect() {}
}

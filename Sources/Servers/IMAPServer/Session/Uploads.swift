import IMAPGrammar

extension Session {
    func receive(_ upload: Upload) {}
    func abandonUpload() {}
    func takeUploadRefusal() -> Completion? { nil }
}

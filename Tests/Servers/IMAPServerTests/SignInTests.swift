import Testing
@testable import IMAPServer
@Suite struct SignInTests {}

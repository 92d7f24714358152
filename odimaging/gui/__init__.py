"""The window: Qt only here. It sees the Repository object, jobs and presenters, and nothing below."""
